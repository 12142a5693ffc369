/** One room as its host sees it: its log as it grows, its sales, and its clock. */
import { api, ok, textOf } from "../../lib/api/client";
import { ServerClock } from "../../lib/live/clock";
import { type Cue, type Moment, type RoomFold, type Snapshot, type Tick, applyTick, fromSnapshot } from "../../lib/live/fold";
import { type Link, RoomSync } from "../../lib/live/sync";
import { getSnapshot, makeWire } from "../../lib/live/wire";
import type { Account, Room, Sales } from "../state/wire";
import { type Regular, type Said, isSaid, mergeSaid, withArrivals, withMoment } from "./feed";

const SALES_PAUSE_MS = 700;
const SALES_EVERY_MS = 30_000;

export class HostRoom {
  view = $state.raw<Room | null>(null);
  problem = $state("");
  fold = $state.raw<RoomFold | null>(null);
  link = $state<Link>("connecting");
  feed = $state.raw<Said[]>([]);
  sales = $state.raw<Sales | null>(null);
  /** Who may not speak here, the latest first. */
  muted = $state.raw<Account[]>([]);
  /** How far our own preview is behind: the measure until viewers have told theirs. */
  ownDelayMs = $state<number | null>(null);
  /** The server's clock, to the second. */
  nowMs = $state(Date.now());
  /** The bag was told anew; what we showed ahead of it is out of date. */
  onBag: () => void = () => {};

  #clock = new ServerClock();
  #sync: RoomSync | null = null;
  #salesTimer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(readonly roomId: string) {}

  get state(): Room["state"] {
    return this.fold?.state ?? this.view?.state ?? "planned";
  }

  get isOnAir(): boolean {
    return this.state === "on_air" || this.state === "interrupted";
  }

  /** How long a lost picture may still come back; null if it is there, or nobody has told us yet. */
  get waitsMs(): number | null {
    const until = this.state === "interrupted" ? this.view?.interrupted_until_ms : null;
    return until ? Math.max(0, until - this.nowMs) : null;
  }

  /** What is on show now, by the server's clock. */
  get cue(): Cue | null {
    return this.fold?.cues.findLast((cue) => cue.end_ms === null) ?? null;
  }

  /** Begin; answers what undoes it. */
  open(): () => void {
    void this.load();
    const online = () => this.#sync?.wake();
    const offline = () => this.#sync?.sleep();
    const visible = () => document.visibilityState === "visible" && this.#sync?.wake();
    const seconds = setInterval(() => (this.nowMs = this.#clock.now()), 1000);
    const sales = setInterval(() => this.isOnAir && void this.loadSales(), SALES_EVERY_MS);
    addEventListener("online", online);
    addEventListener("offline", offline);
    document.addEventListener("visibilitychange", visible);
    return () => {
      this.#isClosed = true;
      this.#sync?.stop();
      clearInterval(seconds);
      clearInterval(sales);
      clearTimeout(this.#salesTimer);
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", visible);
    };
  }

  async load(): Promise<void> {
    this.problem = "";
    try {
      const view = await this.#readView();
      if (this.#isClosed) return;
      if (view.state === "ended") this.fold = fromSnapshot(await getSnapshot(this.roomId));
      else if (!this.#sync) this.#follow(view);
      void this.loadSales();
      void this.loadMuted();
    } catch (error) {
      this.problem = textOf(error);
    }
  }

  async loadSales(): Promise<void> {
    clearTimeout(this.#salesTimer);
    this.#salesTimer = undefined;
    try {
      this.sales = await ok(api.GET("/api/rooms/{room_id}/sales", { params: { path: { room_id: this.roomId } } }));
    } catch {
      // The next purchase, or the next half minute, asks again.
    }
  }

  async loadMuted(): Promise<void> {
    try {
      const path = { room_id: this.roomId };
      this.muted = (await ok(api.GET("/api/rooms/{room_id}/control/muted", { params: { path } }))).items;
    } catch {
      // The next one who is muted asks again.
    }
  }

  /** Regulars have come; only who runs the room sees it. */
  welcome(regulars: readonly Regular[]): void {
    this.feed = withArrivals(this.feed, regulars, this.nowMs);
  }

  async #readView(): Promise<Room> {
    const asked = Date.now();
    this.view = await ok(api.GET("/api/rooms/{room_id}", { params: { path: { room_id: this.roomId } } }));
    this.#clock.learn(this.view.server_now_ms, asked, Date.now());
    this.nowMs = this.#clock.now();
    return this.view;
  }

  #follow(view: Room): void {
    this.#sync = new RoomSync(
      makeWire(this.roomId, view.gateway_url, () => this.#clock.now(), "host"),
      {
        onSnapshot: (snapshot) => this.#takeSnapshot(snapshot),
        onTick: (tick) => this.#takeTick(tick),
        onLink: (link) => (this.link = link),
      },
    );
    this.#sync.start();
  }

  #takeSnapshot(snapshot: Snapshot): void {
    this.fold = fromSnapshot(snapshot);
    this.feed = mergeSaid(this.feed, snapshot.comments);
    this.onBag();
    if (this.view?.state !== snapshot.state || snapshot.state === "interrupted") void this.#readView().catch(() => {});
  }

  #takeTick(tick: Tick): void {
    if (!this.fold) return;
    this.fold = applyTick(this.fold, tick);
    for (const moment of tick.moments) this.#react(moment);
    if (tick.moments.some(isSaid)) this.feed = tick.moments.reduce(withMoment, this.feed);
  }

  #react(moment: Moment): void {
    if (moment.kind === "purchase") this.#salesTimer ??= setTimeout(() => void this.loadSales(), SALES_PAUSE_MS);
    else if (moment.kind === "bag") this.onBag();
    else if (moment.kind === "muted") void this.loadMuted();
    else if (moment.kind === "state") {
      void this.#readView().catch(() => {});
      if (moment.state === "ended") void this.loadSales();
    }
  }
}
