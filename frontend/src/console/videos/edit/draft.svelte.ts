/** What is being changed of one video. Kept in this browser until it is saved, so that leaving the page loses nothing. */
import { type Schemas, api, ok } from "../../../lib/api/client";
import type { OwnVideo } from "../wire";
import { type Placed, placedOf, toInput } from "./placing";

export type Cover = { kind: "as_is" } | { kind: "moment"; atMs: number } | { kind: "picture"; url: string };
type Form = { title: string; cover: Cover; products: Placed[] };

const PREFIX = "xd_video_";

export class VideoDraft {
  title = $state("");
  cover = $state.raw<Cover>({ kind: "as_is" });
  products = $state.raw<Placed[]>([]);
  saved = $state.raw<OwnVideo>() as OwnVideo;
  /** What was found of an earlier visit. */
  wasKept = $state(false);
  readonly form = $derived<Form>({ title: this.title, cover: this.cover, products: this.products });
  readonly isDirty = $derived.by(() => JSON.stringify(this.form) !== JSON.stringify(formOf(this.saved)));

  constructor(video: OwnVideo) {
    this.take(video);
    const kept = this.#read();
    if (!kept) return;
    this.#set(kept);
    this.wasKept = this.isDirty;
  }

  /** The video as the server has it now. */
  take(video: OwnVideo): void {
    this.saved = video;
    this.#set(formOf(video));
  }

  /** Its film or its figures are others; what is being written stays. */
  refresh(video: OwnVideo): void {
    this.saved = video;
  }

  discard(): void {
    this.take(this.saved);
    this.wasKept = false;
    this.keep();
  }

  keep(): void {
    try {
      if (this.isDirty) localStorage.setItem(PREFIX + this.saved.video_id, JSON.stringify(this.form));
      else localStorage.removeItem(PREFIX + this.saved.video_id);
    } catch {
      // Without storage it is as any other form.
    }
  }

  place(placed: Placed): void {
    this.products = this.products.map((each) => (each.productId === placed.productId ? placed : each));
  }

  async save(): Promise<void> {
    const before = formOf(this.saved);
    const body: Schemas["VideoPatch"] = {};
    if (this.title !== before.title) body.title = this.title;
    if (this.cover.kind === "moment") body.cover_at_ms = this.cover.atMs;
    if (this.cover.kind === "picture") body.cover_url = this.cover.url;
    if (JSON.stringify(this.products) !== JSON.stringify(before.products)) body.products = this.products.map(toInput);
    const path = { video_id: this.saved.video_id };
    this.take(await ok(api.PATCH("/api/me/videos/{video_id}", { params: { path }, body })));
    this.wasKept = false;
    this.keep();
  }

  #set(form: Form): void {
    this.title = form.title;
    this.cover = form.cover;
    this.products = form.products;
  }

  #read(): Form | null {
    try {
      const text = localStorage.getItem(PREFIX + this.saved.video_id);
      return text ? (JSON.parse(text) as Form) : null;
    } catch {
      return null;
    }
  }
}

function formOf(video: OwnVideo): Form {
  return { title: video.title, cover: { kind: "as_is" }, products: video.products.map(placedOf) };
}
