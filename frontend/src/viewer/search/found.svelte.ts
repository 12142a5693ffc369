/** What was found for the question that was asked last; answers to earlier ones that come late are dropped. */
import { ApiProblem } from "../../lib/api/client";
import { PARTS, type Kind, type SearchResults, search } from "./api";

export class Found {
  results = $state.raw<SearchResults | null>(null);
  problem = $state.raw<ApiProblem | null>(null);
  isLoading = $state(false);
  #asked = 0;

  async ask(question: string, kind: Kind): Promise<void> {
    await this.#read(() => search(question, kind));
  }

  /** The next page of a single kind is added to what is there. */
  async more(question: string, kind: Kind): Promise<void> {
    const before = this.results;
    if (!before?.next_cursor || this.isLoading) return;
    const cursor = before.next_cursor;
    await this.#read(async () => {
      const page = await search(question, kind, cursor);
      const joined = Object.fromEntries(PARTS.map((part) => [part, [...before[part], ...page[part]]]));
      return { ...page, ...joined };
    });
  }

  forget(): void {
    this.#asked += 1;
    this.results = this.problem = null;
    this.isLoading = false;
  }

  async #read(ask: () => Promise<SearchResults>): Promise<void> {
    const asked = ++this.#asked;
    this.isLoading = true;
    try {
      const results = await ask();
      if (asked === this.#asked) [this.results, this.problem] = [results, null];
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (asked === this.#asked) this.problem = error;
    } finally {
      if (asked === this.#asked) this.isLoading = false;
    }
  }
}
