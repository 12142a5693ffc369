/** A shop's fan club and where the reader stands in it. */
import { ApiProblem, type Schemas, api, ok } from "../../lib/api/client";
import { me } from "../../lib/session.svelte";
import { follows } from "../state/follows.svelte";
import { learnLevel } from "./early.svelte";

type ClubView = Schemas["ClubView"];
type Level = ClubView["levels"][number];

export class Club {
  view = $state.raw<ClubView | null>(null);
  history = $state.raw<Schemas["ClubPoints"][] | null>(null);
  isGone = $state(false);
  readonly #path;

  constructor(
    shopId: string,
    readonly roomId: string | null,
  ) {
    this.#path = { path: { shop_id: shopId } };
  }

  /** The level that the reader has. */
  get level(): Level | null {
    const { view } = this;
    return view?.mine ? (view.levels[Math.min(view.mine.level, view.levels.length) - 1] ?? null) : null;
  }

  get next(): Level | null {
    return (this.level && this.view?.levels[this.level.level]) ?? null;
  }

  get badge(): Schemas["ClubBadge"] | null {
    const { view, level } = this;
    return view && level ? { word: view.word, level: level.level, colour: level.colour } : null;
  }

  async load(): Promise<void> {
    try {
      this.#take(await ok(api.GET("/api/fan-clubs/{shop_id}", { params: this.#path })));
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.isGone = error.status === 404;
    }
    if (this.view?.mine) await this.#loadHistory();
  }

  async join(): Promise<void> {
    const body = { room_id: this.roomId };
    this.#take(await ok(api.POST("/api/fan-clubs/{shop_id}/membership", { params: this.#path, body })));
    if (this.view) follows.learn(this.view.host_id, true);
    await this.#loadHistory();
  }

  async leave(): Promise<void> {
    await ok(api.POST("/api/fan-clubs/{shop_id}/membership/end", { params: this.#path }));
    await this.load();
  }

  async #loadHistory(): Promise<void> {
    this.history = (await ok(api.GET("/api/fan-clubs/{shop_id}/points", { params: this.#path })).catch(() => null))?.items ?? null;
  }

  #take(view: ClubView): void {
    this.view = view;
    if (!view.mine) this.history = null;
    if (me()) learnLevel(view.shop_id, view.mine?.level ?? 0);
  }
}
