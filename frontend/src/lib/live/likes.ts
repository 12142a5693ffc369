/** Likes are counted here and sent together once a second. */
const SEND_MS = 1000;
const MOST_AT_ONCE = 50;

export class LikeBatch {
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (count: number) => void) {}

  add(): void {
    this.#count += 1;
    this.#timer ??= setTimeout(() => this.flush(), SEND_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#count > 0) this.send(Math.min(this.#count, MOST_AT_ONCE));
    this.#count = 0;
  }
}
