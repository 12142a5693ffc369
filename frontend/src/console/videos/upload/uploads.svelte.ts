/** All films on their way; they go on while other pages of the console are looked at. */
import { t } from "../../../lib/i18n/index.svelte";
import { toast } from "../../../lib/ui";
import { me } from "../../state/session.svelte";
import { FilmUpload } from "./film_upload.svelte";
import * as shelf from "./shelf";

const AT_ONCE = 2;
/** Some systems have no type for these. */
const FILM_NAMES = /\.(mp4|m4v|mov|mkv|webm|avi|flv|ts|mts|m2ts|mpe?g|3gp)$/i;
export const ACCEPT = "video/*,.mkv,.mov,.flv,.ts,.mts";

class Uploads {
  items = $state.raw<FilmUpload[]>([]);
  /** What was not even begun, and why. */
  refusals = $state.raw<string[]>([]);
  /** Grows whenever a film has become a draft. */
  arrived = $state(0);
  #account: string | null = null;

  readonly open = $derived.by(() => this.items.filter((each) => each.phase !== "done"));

  constructor() {
    globalThis.addEventListener?.("online", () => this.#turn(true));
    globalThis.addEventListener?.("beforeunload", (event: BeforeUnloadEvent) => {
      if (this.items.some((each) => each.phase === "sending" || each.phase === "finishing")) event.preventDefault();
    });
  }

  /** What this account had under way before a reload goes on. */
  async resume(): Promise<void> {
    const account = me()?.account_id ?? null;
    if (!account || this.#account === account) return;
    this.#account = account;
    this.items = [];
    for (const kept of await shelf.keptBy(account)) this.#put(new FilmUpload(kept.id, kept.name, kept.size, kept, this.#onSettled));
    this.#turn();
  }

  async add(files: readonly File[]): Promise<FilmUpload[]> {
    const accountId = me()?.account_id;
    if (!accountId) return [];
    const added: FilmUpload[] = [];
    const refusals: string[] = [];
    for (const file of files) {
      const refusal = refusalOf(file);
      if (refusal) {
        refusals.push(refusal);
        continue;
      }
      const again = this.items.find((each) => each.phase === "lost" && each.giveFilm(file));
      if (again) {
        added.push(again);
        continue;
      }
      const known = { file, url: null, title: "", products: [] };
      const upload = new FilmUpload(crypto.randomUUID?.() ?? `${Date.now()}-${added.length}`, file.name, file.size, known, this.#onSettled);
      this.#put(upload);
      added.push(upload);
      await shelf.keep({ id: upload.id, accountId, name: file.name, size: file.size, addedMs: Date.now() + added.length, ...known });
    }
    this.refusals = refusals;
    this.#turn();
    return added;
  }

  find(id: string): FilmUpload | null {
    return this.items.find((each) => each.id === id) ?? null;
  }

  async remove(upload: FilmUpload): Promise<void> {
    this.items = this.items.filter((each) => each !== upload);
    if (upload.phase !== "refused") await upload.cancel();
    this.#turn();
  }

  pause(upload: FilmUpload): void {
    upload.pause();
    this.#turn();
  }

  #put(upload: FilmUpload): void {
    this.items = [...this.items, upload];
  }

  #onSettled = (upload: FilmUpload): void => {
    if (upload.video) {
      this.arrived += 1;
      toast(t("upload_arrived", { name: upload.name }), "good");
    }
    this.#turn();
  };

  /** As many as are sent at once; the next in line begins. */
  #turn(isOnline = false): void {
    if (isOnline) for (const each of this.items) if (each.phase === "offline") void each.start();
    const busy = this.items.filter((each) => each.phase === "sending" || each.phase === "offline").length;
    for (const each of this.items.filter((one) => one.phase === "waiting").slice(0, Math.max(0, AT_ONCE - busy))) void each.start();
  }
}

export const uploads = new Uploads();

function refusalOf(file: File): string | null {
  if (file.size === 0) return t("upload_empty", { name: file.name });
  if (!file.type.startsWith("video/") && !FILM_NAMES.test(file.name)) return t("upload_not_film", { name: file.name });
  return null;
}
