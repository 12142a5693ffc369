/** A paged list of rooms. */
import { ApiProblem, type Schemas, api, ok } from "../../lib/api/client";

export type RoomCardData = Schemas["RoomCard"];

const PAGE = 20;
const FRESH_MS = 15_000;

export class RoomList {
  items = $state.raw<RoomCardData[] | null>(null);
  nextCursor = $state<string | null>(null);
  isLoading = $state(false);
  problem = $state.raw<unknown>(null);

  constructor(private readonly state: "on_air" | "ended") {}

  async load(): Promise<void> {
    await this.#ask(undefined, (items) => items);
  }

  async loadMore(): Promise<void> {
    if (!this.nextCursor || this.isLoading) return;
    await this.#ask(this.nextCursor, (items) => [...(this.items ?? []), ...items]);
  }

  /** While the page is looked at, rooms come and go and their viewers are counted. Answers what stops it. */
  keepFresh(): () => void {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && (this.items?.length ?? 0) <= PAGE) void this.load();
    }, FRESH_MS);
    return () => clearInterval(timer);
  }

  async #ask(cursor: string | undefined, merge: (items: RoomCardData[]) => RoomCardData[]): Promise<void> {
    this.isLoading = true;
    try {
      const page = await ok(api.GET("/api/rooms", { params: { query: { state: this.state, limit: PAGE, cursor } } }));
      this.items = merge(page.items);
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
