/** Purchase bubbles: one at a time, each long enough to read; what waits is merged, so that the line never grows long. */
import type { Moment } from "./fold";

export type Purchase = Extract<Moment, { kind: "purchase" }>;
export type Bubble = { id: number; name: string; title: string; quantity: number; buyers: number };

const MAX_WAITING = 3;

export class BubbleQueue {
  #waiting: Bubble[] = [];
  #lastId = 0;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(purchase: Purchase): void {
    const bubble: Bubble = {
      id: ++this.#lastId,
      name: purchase.name,
      title: purchase.title,
      quantity: purchase.quantity,
      buyers: purchase.buyers ?? 1,
    };
    const last = this.#waiting.at(-1);
    if (last && this.#waiting.length >= MAX_WAITING) this.#waiting[this.#waiting.length - 1] = merge(last, bubble);
    else this.#waiting.push(bubble);
  }

  next(): Bubble | null {
    return this.#waiting.shift() ?? null;
  }

  clear(): void {
    this.#waiting = [];
  }
}

function merge(one: Bubble, other: Bubble): Bubble {
  return { ...other, buyers: one.buyers + other.buyers, quantity: one.quantity + other.quantity };
}
