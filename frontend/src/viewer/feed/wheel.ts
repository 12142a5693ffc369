/** Turns of a wheel, or a brush over a track pad with all its after-run, as steps: one film at a time. Pure. */

/** So much is meant, not touched by chance. */
const MEANT_PX = 30;
/** After a step the wheel must rest so long, or turn much harder than it did, before the next. */
const REST_MS = 160;
const HARDER = 2.2;

export class WheelSteps {
  #sum = 0;
  #last = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #isSpent = false;

  /** -1, 0 or 1. */
  turn(deltaPx: number, atMs: number): -1 | 0 | 1 {
    const size = Math.abs(deltaPx);
    const isRested = atMs - this.#lastAt > REST_MS;
    const isAnew = isRested || (this.#isSpent && size > MEANT_PX && size > this.#last * HARDER) || deltaPx * this.#sum < 0;
    if (isAnew) {
      this.#sum = 0;
      this.#isSpent = false;
    }
    this.#last = size;
    this.#lastAt = atMs;
    this.#sum += deltaPx;
    if (this.#isSpent || Math.abs(this.#sum) < MEANT_PX) return 0;
    this.#isSpent = true;
    return this.#sum > 0 ? 1 : -1;
  }
}
