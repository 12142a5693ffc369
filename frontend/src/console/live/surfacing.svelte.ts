/** Who puts cards up in a room, and what the host is asked: looked up while the room is on air and the page in sight. */
import { api, ok } from "../../lib/api/client";
import { tOr } from "../../lib/i18n/index.svelte";
import type { Surfacing } from "../state/wire";

export type Mode = Surfacing["mode"];
type Why = { code: string; params: Record<string, string | number> };

/** A suggestion lives for twenty seconds: the host should have most of them. */
const ASKED_EVERY_MS = 1000;
const ELSE_EVERY_MS = 10_000;

export const MODES: Mode[] = ["manual", "suggest", "auto"];

/** The reason in words to the host, whose deeds it tells of. */
export function reasonOf(why: Why): string {
  return tOr(`you.${why.code}`, tOr(`reason.${why.code}`, "", why.params), why.params);
}

export class RoomSurfacing {
  view = $state.raw<Surfacing | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #asked = 0;

  constructor(
    private readonly room_id: string,
    private readonly isOnAir: () => boolean,
  ) {}

  get mode(): Mode {
    return this.view?.mode ?? "manual";
  }

  get suggestion(): Surfacing["suggestion"] {
    return this.mode === "suggest" && this.isOnAir() ? (this.view?.suggestion ?? null) : null;
  }

  /** Begin; answers what undoes it. */
  open(): () => void {
    const visible = () => document.visibilityState === "visible" && void this.load();
    document.addEventListener("visibilitychange", visible);
    void this.load();
    return () => {
      this.#isClosed = true;
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", visible);
    };
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    try {
      const view = await ok(api.GET("/api/rooms/{room_id}/surfacing", this.#path({})));
      // What was asked before the host's last deed is out of date.
      if (asked === this.#asked) this.view = view;
    } catch {
      // The next look tells.
    }
    if (this.#isClosed || asked !== this.#asked || document.visibilityState === "hidden") return;
    const isAsked = this.mode === "suggest" && this.isOnAir();
    this.#timer = setTimeout(() => void this.load(), isAsked ? ASKED_EVERY_MS : ELSE_EVERY_MS);
  }

  async choose(mode: Mode): Promise<void> {
    await ok(api.PUT("/api/rooms/{room_id}/surfacing", { ...this.#path({}), body: { mode } }));
    await this.load();
  }

  async accept(suggestion_id: string): Promise<void> {
    await ok(api.PUT("/api/rooms/{room_id}/surfacing/suggestions/{suggestion_id}/acceptance", this.#path({ suggestion_id })));
    await this.load();
  }

  async dismiss(suggestion_id: string): Promise<void> {
    await ok(api.DELETE("/api/rooms/{room_id}/surfacing/suggestions/{suggestion_id}", this.#path({ suggestion_id })));
    await this.load();
  }

  /** The platform's card goes, and does not come again for a while. */
  async quiet(product_id: string): Promise<void> {
    await ok(api.PUT("/api/rooms/{room_id}/surfacing/quiet/{product_id}", this.#path({ product_id })));
    await this.load();
  }

  #path<T extends object>(more: T): { params: { path: { room_id: string } & T } } {
    return { params: { path: { room_id: this.room_id, ...more } } };
  }
}
