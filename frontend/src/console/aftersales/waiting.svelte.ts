/** How many after-sales wait for the shop: the number in the navigation. */
import { listAfterSales } from "./api";

const EVERY_MS = 60_000;
const MOST = 50;

class Waiting {
  #count = $state(0);
  #hasMore = $state(false);
  #shopId = "";

  /** `3`, `50+`, or nothing. */
  get text(): string {
    return this.#count === 0 ? "" : `${this.#count}${this.#hasMore ? "+" : ""}`;
  }

  /** Count now, each minute, and when the page is looked at again; answers what stops it. */
  watch(shopId: string): () => void {
    this.#shopId = shopId;
    void this.count();
    const look = () => document.visibilityState === "visible" && void this.count();
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }

  /** Nothing is waited for here. */
  stop(): void {
    this.#count = 0;
    this.#hasMore = false;
  }

  async count(): Promise<void> {
    try {
      const page = await listAfterSales(this.#shopId, "for_seller", undefined, MOST);
      this.#count = page.items.length;
      this.#hasMore = page.next_cursor !== null;
    } catch {
      // A number in the navigation; the next look asks again.
    }
  }
}

export const waiting = new Waiting();
