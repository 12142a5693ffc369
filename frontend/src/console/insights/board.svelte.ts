/** The board of one room, told by the server twice a second while somebody looks. */
import { type Schemas, api, ok, textOf } from "../../lib/api/client";

export type Board = Schemas["Board"];
export type BoardFigure = Board["figures"][number];

export class RoomBoard {
  board = $state.raw<Board | null>(null);
  problem = $state("");
  /** The stream is cut: what is shown is of its time. */
  isCut = $state(false);
  #source: EventSource | null = null;

  /** `shopId`: what that shop sold there; null: all, as the room's host sees it. */
  constructor(
    readonly roomId: string,
    readonly shopId: string | null,
  ) {}

  /** Answers what ends it. Nobody is told anything while the page is hidden. */
  watch(): () => void {
    const seen = () => (document.visibilityState === "visible" ? this.#open() : this.#close());
    void this.load().then(seen);
    document.addEventListener("visibilitychange", seen);
    this.#isWatched = true;
    return () => {
      this.#isWatched = false;
      document.removeEventListener("visibilitychange", seen);
      this.#close();
    };
  }
  #isWatched = false;

  async load(): Promise<void> {
    const params = { path: { room_id: this.roomId }, query: this.shopId ? { shop_id: this.shopId } : {} };
    try {
      this.board = await ok(api.GET("/api/rooms/{room_id}/metrics/board", { params }));
      this.problem = "";
      this.#open();
    } catch (error) {
      this.problem = textOf(error);
    }
  }

  #open(): void {
    if (this.#source || !this.#isWatched || !this.board || this.board.state === "ended") return;
    const query = this.shopId ? `?shop_id=${this.shopId}` : "";
    const source = new EventSource(`/api/rooms/${this.roomId}/metrics/board/stream${query}`);
    source.onmessage = (event: MessageEvent<string>) => {
      this.board = JSON.parse(event.data) as Board;
      this.isCut = false;
      if (this.board.state === "ended") this.#close();
    };
    // A stream that ends in its time is opened again within a second; only one that cannot be is a cut.
    source.onerror = () => {
      const isRefused = source.readyState === EventSource.CLOSED;
      this.isCut = isRefused || !navigator.onLine;
      if (isRefused) {
        this.#close();
        void this.load();
      }
    };
    this.#source = source;
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
  }
}
