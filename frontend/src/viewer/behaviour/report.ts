/** What a visitor does in a room or on a video, told to the server some at a time; names nobody but a number made up here. */
import type { Schemas } from "../../lib/api/client";

type Item = Schemas["BehaviourItem"];
type Kind = Item["kind"];
/** The room or video of which something is told; of what is bought elsewhere nothing is. */
export type Told = { readonly kind: "room" | "video" | "goods"; readonly id: string };
type Queued = { item: Omit<Item, "ago_ms">; atMs: number };

const ADDRESS = "/api/behaviour";
/** What is done in a room its host sees at once; the rest gathers. */
const SOON_MS = 200;
export const EVERY_MS = 10_000;
/** Of the 50 that the server takes at once. */
const FULL = 40;
const KEY = "xd_viewer";
/** What a link that was handed on led to, also after signing in here. */
const SHARED = /[?&]s\b/.test(globalThis.location?.search ?? "") ? location.pathname : "";

export class Reporter {
  #queue: Queued[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueMs = Infinity;

  constructor(
    private readonly send: (body: string) => void,
    private readonly viewerId: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  note(kind: Kind, place: Told, more: { productId?: string; mediaMs?: number | null; watchS?: number; withinMs?: number } = {}): void {
    if (place.kind === "goods") return;
    const nowMs = this.now();
    const dueMs = nowMs + (more.withinMs ?? (place.kind === "room" ? SOON_MS : EVERY_MS));
    const item = {
      kind,
      [place.kind === "room" ? "room_id" : "video_id"]: place.id,
      product_id: more.productId ?? null,
      media_at_ms: more.mediaMs == null ? null : Math.round(more.mediaMs),
      watch_s: more.watchS ?? 0,
      is_shared: SHARED.endsWith(`/${place.id}`),
    };
    this.#queue.push({ item, atMs: nowMs });
    if (this.#queue.length >= FULL) return this.flush();
    if (dueMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => this.flush(), dueMs - nowMs);
  }

  /** Tell what has gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#dueMs = Infinity;
    const queue = this.#queue.splice(0);
    if (queue.length === 0) return;
    const now = this.now();
    const items = queue.map(({ item, atMs }) => ({ ...item, ago_ms: Math.max(0, Math.round(now - atMs)) }));
    this.send(JSON.stringify({ viewer_id: this.viewerId, items }));
  }
}

function viewerId(): string {
  const fresh = crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, () => ((Math.random() * 16) | 0).toString(16));
  try {
    const known = localStorage.getItem(KEY);
    if (known) return known;
    localStorage.setItem(KEY, fresh);
  } catch {
    // A browser that keeps nothing is another visitor each time.
  }
  return fresh;
}

/** Lost is lost: nothing waits for it, nothing tries again. */
function beacon(body: string): void {
  if ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) return;
  const sent = navigator.sendBeacon?.(ADDRESS, new Blob([body], { type: "application/json" }));
  if (!sent) void fetch(ADDRESS, { method: "POST", body, headers: { "content-type": "application/json" }, keepalive: true }).catch(() => undefined);
}

export const reporter = new Reporter(beacon, viewerId());
