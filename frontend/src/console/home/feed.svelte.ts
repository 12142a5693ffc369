/** The home page as it is now: asked for again every few seconds, sent only if it has changed. */
import { ApiProblem, api, textOf, toProblem } from "../../lib/api/client";
import { whileSeen } from "../../lib/live/seen";
import type { Home } from "../insights/wire";

const EVERY_MS = 4000;

export class HomeFeed {
  view = $state.raw<Home | null>(null);
  problem = $state("");
  /** What is shown may be old: the last question was not answered. */
  isStale = $state(false);
  #etag = "";
  #isAsking = false;

  constructor(private readonly shopId: string) {}

  /** Answers what ends it. */
  watch(): () => void {
    void this.ask();
    return whileSeen(document, EVERY_MS, () => void this.ask());
  }

  async ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const headers = this.#etag ? { "if-none-match": this.#etag } : {};
      const { data, error, response } = await api.GET("/api/shops/{shop_id}/home", { params: { path: { shop_id: this.shopId } }, headers });
      if (response.status !== 304) {
        if (!response.ok || !data) throw toProblem(response, error);
        this.view = data;
        this.#etag = response.headers.get("etag") ?? "";
      }
      this.isStale = false;
      this.problem = "";
    } catch (error) {
      this.isStale = this.view !== null;
      this.problem = error instanceof ApiProblem ? error.title : textOf(new ApiProblem(0, "offline", ""));
    } finally {
      this.#isAsking = false;
    }
  }
}
