/** A list that is read page by page. */
import { textOf } from "../../lib/api/client";

type Page<T> = { items: T[]; next_cursor: string | null };

export class Paged<T> {
  items = $state.raw<T[]>([]);
  phase = $state<"loading" | "ready" | "failed">("loading");
  problem = $state("");
  isLoadingMore = $state(false);
  #next = $state<string | null>(null);
  #run = 0;

  constructor(private readonly load: (cursor: string | undefined) => Promise<Page<T>>) {}

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** From the start. What was there stays until the new page is, unless `clear`. */
  async reload(clear = true): Promise<void> {
    const run = ++this.#run;
    if (clear) this.phase = "loading";
    try {
      const page = await this.load(undefined);
      if (run !== this.#run) return;
      this.items = page.items;
      this.#next = page.next_cursor;
      this.phase = "ready";
    } catch (error) {
      if (run !== this.#run) return;
      this.problem = textOf(error);
      if (clear) this.phase = "failed";
    }
  }

  async more(): Promise<void> {
    if (this.#next === null || this.isLoadingMore) return;
    const run = this.#run;
    this.isLoadingMore = true;
    try {
      const page = await this.load(this.#next);
      if (run !== this.#run) return;
      this.items = [...this.items, ...page.items];
      this.#next = page.next_cursor;
    } catch (error) {
      this.problem = textOf(error);
    } finally {
      this.isLoadingMore = false;
    }
  }

  replace(isIt: (item: T) => boolean, by: T): void {
    this.items = this.items.map((item) => (isIt(item) ? by : item));
  }
}
