/** Follows the log of an ended room by the date of the picture: what was said comes when it was said. */
import { TICK_MS, type Tick } from "./fold";

const CHUNK = 40;
const JUMP_TICKS = 40;
const KEPT_CHUNKS = 12;

export type ReplayFollower = {
  /** The viewer jumped: forget what was said; what was said just before the new place follows. */
  onJump(): void;
  onTick(tick: Tick, isPast: boolean): void;
};

export class ReplayFeed {
  #chunks = new Map<number, Tick[] | "asked">();
  #last: number | null = null;
  #wanted: number | null = null;

  constructor(
    private readonly load: (first: number, count: number) => Promise<Tick[]>,
    private readonly follower: ReplayFollower,
  ) {}

  /** The picture shows this moment now. Call often; it does nothing where nothing is due. */
  show(playingMs: number): void {
    const now = Math.floor(playingMs / TICK_MS);
    const chunk = Math.floor(now / CHUNK) * CHUNK;
    const jumped = this.#last === null || now < this.#last || now - this.#last > JUMP_TICKS;
    const needed = jumped ? [chunk - CHUNK, chunk] : [Math.floor(((this.#last ?? now) + 1) / CHUNK) * CHUNK, chunk];
    for (const first of [...needed, chunk + CHUNK]) this.#ask(first);
    this.#wanted = now;
    if (needed.some((first) => !Array.isArray(this.#chunks.get(first)))) return;
    if (jumped) {
      this.follower.onJump();
      this.#tell(chunk - CHUNK, now, true);
    } else if (this.#last !== null && now > this.#last) {
      this.#tell(this.#last + 1, now, false);
    }
    this.#last = now;
  }

  #tell(first: number, last: number, isPast: boolean): void {
    for (let chunk = Math.floor(first / CHUNK) * CHUNK; chunk <= last; chunk += CHUNK) {
      const ticks = this.#chunks.get(chunk);
      if (!Array.isArray(ticks)) continue;
      for (const tick of ticks) if (tick.tick >= first && tick.tick <= last) this.follower.onTick(tick, isPast);
    }
  }

  #ask(first: number): void {
    if (this.#chunks.has(first)) return;
    this.#chunks.set(first, "asked");
    this.load(first, CHUNK).then(
      (ticks) => {
        this.#chunks.set(first, ticks);
        this.#forget();
      },
      () => setTimeout(() => this.#chunks.delete(first), 2000),
    );
  }

  #forget(): void {
    const centre = this.#wanted ?? 0;
    if (this.#chunks.size <= KEPT_CHUNKS) return;
    const far = [...this.#chunks.keys()].sort((a, b) => Math.abs(b - centre) - Math.abs(a - centre));
    for (const key of far.slice(0, this.#chunks.size - KEPT_CHUNKS)) this.#chunks.delete(key);
  }
}
