/** One visit to one room: its picture, its log, and what of both is shown at this moment. */
import { ApiProblem, type Schemas, api, ok } from "../../lib/api/client";
import { BubbleQueue, type Bubble } from "../../lib/live/bubbles";
import { ServerClock } from "../../lib/live/clock";
import {
  type BagItem,
  type Comment,
  type Cue,
  type Moment,
  type RoomFold,
  type Snapshot,
  type Tick,
  applyTalk,
  applyTick,
  cueAt,
  fromSnapshot,
} from "../../lib/live/fold";
import { LikeBatch } from "../../lib/live/likes";
import { ReplayFeed } from "../../lib/live/replay";
import { whileSeen } from "../../lib/live/seen";
import { type Link, RoomSync } from "../../lib/live/sync";
import { getSnapshot, getTicks, makeWire } from "../../lib/live/wire";
import { type Mode, Player } from "../../lib/player/player.svelte";
import type { Place, Source } from "../place/place";

export type RoomView = Schemas["RoomView"];

const DELAY_REPORT_MS = 10_000;
const BAG_EVERY_MS = 60_000;
const BUBBLE_MS = 2600;
const LAST_WORDS_MS = 8000;

export class RoomSession implements Place {
  readonly kind = "room";
  readonly player = new Player();
  room = $state.raw<RoomView | null>(null);
  problem = $state.raw<ApiProblem | null>(null);
  fold = $state.raw<RoomFold | null>(null);
  /** Of a replay: what was said up to this moment of the film. */
  talk = $state.raw<Comment[]>([]);
  cues = $state.raw<Cue[]>([]);
  link = $state<Link>("connecting");
  mode = $state<Mode>("live");
  bubble = $state.raw<Bubble | null>(null);
  /** Likes of others, for the hearts. */
  heartsFrom = $state(0);
  /** What belongs to no part of the fold is for who asks. */
  onMoment: ((moment: Moment) => void) | null = null;
  onRing: (() => void) | null = null;
  /** The room ended while we watched. */
  endedHere = $state(false);

  readonly cue = $derived.by(() => cueAt(this.#cuesNow(), this.#cardTime()));
  readonly featured = $derived.by(() => this.bag.find((item) => item.product_id === this.cue?.product_id) ?? null);

  #clock = new ServerClock();
  #sync: RoomSync | null = null;
  #feed: ReplayFeed | null = null;
  #bubbles = new BubbleQueue();
  #bubbleTimer: ReturnType<typeof setTimeout> | undefined;
  #endTimer: ReturnType<typeof setTimeout> | undefined;
  #delayTimer: ReturnType<typeof setInterval> | undefined;
  #likes = new LikeBatch((count) => this.#sendLikes(count));
  #isClosed = false;

  constructor(readonly roomId: string) {}

  get bag(): BagItem[] {
    return this.fold?.bag ?? [];
  }

  get id(): string {
    return this.roomId;
  }

  get isBagKnown(): boolean {
    return this.fold !== null;
  }

  get mediaMs(): number | null {
    return this.player.playingMs;
  }

  source(): Source {
    return { room_id: this.roomId };
  }

  explanationOf(productId: string): (() => void) | null {
    // What was learned from viewers is where the card does best, not where the product is explained.
    const cue = this.mode === "replay" ? this.cues.find((one) => one.product_id === productId && !one.why?.code.startsWith("replay.")) : undefined;
    if (!cue) return null;
    return () => {
      const at = this.player.positionOf(cue.start_ms);
      if (at === null) return;
      this.player.seek(at);
      void this.player.play();
    };
  }

  get online(): number {
    return this.fold?.online ?? 0;
  }

  get comments(): Comment[] {
    return this.mode === "replay" ? this.talk : (this.fold?.comments ?? []);
  }

  get state(): RoomView["state"] {
    return this.fold?.state ?? this.room?.state ?? "planned";
  }

  /** Begin; answers what undoes it. */
  open(): () => void {
    void this.#load();
    const online = () => this.#sync?.wake();
    const offline = () => this.#sync?.sleep();
    const visible = () => document.visibilityState === "visible" && this.#sync?.wake();
    addEventListener("online", online);
    addEventListener("offline", offline);
    document.addEventListener("visibilitychange", visible);
    const stopRefreshing = whileSeen(document, BAG_EVERY_MS, () => void this.refreshBag().catch(() => undefined));
    this.#delayTimer = setInterval(() => this.#reportDelay(), DELAY_REPORT_MS);
    return () => {
      this.#isClosed = true;
      this.#likes.flush();
      this.#sync?.stop();
      clearTimeout(this.#bubbleTimer);
      clearTimeout(this.#endTimer);
      clearInterval(this.#delayTimer);
      stopRefreshing();
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", visible);
    };
  }

  retry(): void {
    this.problem = null;
    void this.#load();
  }

  now(): number {
    return this.#clock.now();
  }

  say = async (text: string): Promise<void> => {
    await ok(api.POST("/api/rooms/{room_id}/comments", { params: { path: { room_id: this.roomId } }, body: { text } }));
  };

  tell(message: object): void {
    this.#sync?.send(message);
  }

  like(): void {
    if (this.fold) this.fold = { ...this.fold, likes: this.fold.likes + 1 };
    this.#ownLikes += 1;
    this.#likes.add();
  }
  #ownLikes = 0;

  /** Ask for prices and stock anew; a replay's log does not bring them. */
  async refreshBag(): Promise<void> {
    if (this.mode !== "replay") return;
    const { bag } = await getSnapshot(this.roomId);
    if (this.fold) this.fold = { ...this.fold, bag };
  }

  /** The film's picture has come to another moment. */
  onPicture(playingMs: number): void {
    this.#feed?.show(playingMs);
  }

  async #load(): Promise<void> {
    const asked = Date.now();
    try {
      const room = await ok(api.GET("/api/rooms/{room_id}", { params: { path: { room_id: this.roomId } } }));
      if (this.#isClosed) return;
      this.#clock.learn(room.server_now_ms, asked, Date.now());
      this.room = room;
      if (room.state === "ended") await this.#startReplay();
      else this.#startLive(room);
    } catch (error) {
      this.problem = error instanceof ApiProblem ? error : null;
      if (!this.problem) throw error;
    }
  }

  #startLive(room: RoomView): void {
    this.mode = "live";
    if (room.state !== "planned") this.player.load(room.playback_url, "live");
    const wire = makeWire(this.roomId, room.gateway_url, () => this.now());
    this.#sync = new RoomSync(wire, {
      onSnapshot: (snapshot) => this.#takeSnapshot(snapshot),
      onTick: (tick) => this.#takeTick(tick),
      onLink: (link) => (this.link = link),
      onRing: () => this.onRing?.(),
    });
    this.#sync.start();
  }

  async #startReplay(): Promise<void> {
    this.mode = "replay";
    this.#sync?.stop();
    this.#sync = null;
    this.link = "live";
    const path = { room_id: this.roomId };
    const [room, cues, snapshot] = await Promise.all([
      ok(api.GET("/api/rooms/{room_id}", { params: { path } })),
      ok(api.GET("/api/rooms/{room_id}/cues", { params: { path } })),
      getSnapshot(this.roomId),
    ]);
    if (this.#isClosed) return;
    this.room = room;
    this.cues = cues.items;
    this.#takeSnapshot(snapshot);
    this.#feed = new ReplayFeed((first, count) => this.#wholeSlice(first, count), {
      onJump: () => this.#forgetTalk(),
      onTick: (tick, isPast) => this.#takeReplayTick(tick, isPast),
    });
    this.player.load(room.playback_url, "replay");
  }

  async #wholeSlice(first: number, count: number): Promise<Tick[]> {
    const ticks = await getTicks(this.roomId, first, count);
    if (!ticks) throw new Error("The slice is not whole yet.");
    return ticks;
  }

  #takeSnapshot(snapshot: Snapshot): void {
    const before = this.fold;
    const fold = fromSnapshot(snapshot);
    // A card that is still due in the picture must not vanish because a snapshot has only the latest cue.
    const kept = before?.cues.filter((cue) => !fold.cues.some((other) => other.cue_id === cue.cue_id)) ?? [];
    this.fold = { ...fold, cues: [...kept, ...fold.cues] };
    this.#onState(before?.state, snapshot.state);
  }

  #takeTick(tick: Tick): void {
    if (!this.fold) return;
    const before = this.fold;
    this.fold = applyTick(before, tick);
    for (const moment of tick.moments) {
      this.onMoment?.(moment);
      if (moment.kind === "purchase") this.#announce(() => this.#bubbles.add(moment));
      if (moment.kind === "likes") this.#takeLikes(moment.count);
    }
    this.#onState(before.state, this.fold.state);
  }

  #takeReplayTick(tick: Tick, isPast: boolean): void {
    if (!this.fold) return;
    const talked = tick.moments.reduce(applyTalk, { ...this.fold, comments: this.talk });
    this.talk = talked.comments;
    this.fold = { ...this.fold, pinned: talked.pinned };
    if (isPast) return;
    for (const moment of tick.moments) {
      this.onMoment?.(moment);
      if (moment.kind === "purchase") this.#announce(() => this.#bubbles.add(moment));
      if (moment.kind === "likes") this.heartsFrom += Math.min(moment.count, 6);
    }
  }

  #forgetTalk(): void {
    this.talk = [];
    this.#bubbles.clear();
    if (this.fold) this.fold = { ...this.fold, pinned: null };
  }

  /** Our own likes come back in the log: they are counted and shown already. */
  #takeLikes(count: number): void {
    const own = Math.min(this.#ownLikes, count);
    this.#ownLikes -= own;
    if (own > 0 && this.fold) this.fold = { ...this.fold, likes: this.fold.likes - own };
    this.heartsFrom += Math.min(count - own, 6);
  }

  #onState(before: RoomView["state"] | undefined, state: RoomView["state"]): void {
    if (before === state || this.mode === "replay" || !this.room) return;
    if (before === "planned") this.player.load(this.room.playback_url, "live");
    if (state === "ended") {
      this.endedHere = true;
      // What was filmed last is still on its way to this viewer: let it be seen, then show the film.
      const behind = this.player.delayMs(this.now()) ?? 0;
      this.#endTimer = setTimeout(() => void this.#turnIntoReplay(), Math.min(LAST_WORDS_MS, behind + 500));
    }
  }

  async #turnIntoReplay(): Promise<void> {
    try {
      await this.#startReplay();
    } catch {
      if (!this.#isClosed) this.#endTimer = setTimeout(() => void this.#turnIntoReplay(), 3000);
    }
  }

  #announce(add: () => void): void {
    add();
    this.#bubbleTimer ??= setTimeout(() => this.#nextBubble(), 0);
  }

  #nextBubble(): void {
    this.bubble = this.#bubbles.next();
    this.#bubbleTimer = this.bubble ? setTimeout(() => this.#nextBubble(), BUBBLE_MS) : undefined;
  }

  #sendLikes(count: number): void {
    if (this.mode === "replay" || this.#sync?.send({ type: "likes", count })) return;
    const path = { room_id: this.roomId };
    api.POST("/api/rooms/{room_id}/likes", { params: { path }, body: { count } }).catch(() => undefined);
  }

  #reportDelay(): void {
    const ms = this.player.delayMs(this.now());
    if (ms !== null && document.visibilityState === "visible") this.#sync?.send({ type: "delay", ms });
  }

  #cuesNow(): Cue[] {
    return this.mode === "replay" ? this.cues : (this.fold?.cues ?? []);
  }

  /** The date of the picture; before there is one, the present, so that a room without picture still sells. */
  #cardTime(): number {
    if (this.player.playingMs !== null) return this.player.playingMs;
    return this.mode === "live" ? this.now() : 0;
  }
}
