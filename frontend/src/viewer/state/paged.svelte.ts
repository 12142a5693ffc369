/** A list that is read page by page. */
import { ApiProblem } from "../../lib/api/client";

type Page<T> = { items: T[]; next_cursor: string | null };

export class Paged<T> {
  /** Null until the server has answered. */
  items = $state.raw<T[] | null>(null);
  nextCursor = $state<string | null>(null);
  isLoading = $state(false);
  problem = $state.raw<ApiProblem | null>(null);

  constructor(readonly ask: (cursor?: string) => Promise<Page<T>>) {}

  load = async (): Promise<void> => this.#read(undefined);

  loadMore = async (): Promise<void> => {
    if (this.nextCursor && !this.isLoading) await this.#read(this.nextCursor);
  };

  async #read(cursor: string | undefined): Promise<void> {
    this.isLoading = true;
    try {
      const page = await this.ask(cursor);
      this.items = cursor ? [...(this.items ?? []), ...page.items] : page.items;
      this.nextCursor = page.next_cursor;
      this.problem = null;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.problem = error;
    } finally {
      this.isLoading = false;
    }
  }
}
