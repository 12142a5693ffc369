/** Follows a room's log: snapshot, then ticks by socket, or by polling where the gateway is full. In order, none twice. */
import type { Snapshot, Tick } from "./fold";

export type Link = "connecting" | "live" | "polling" | "reconnecting" | "offline" | "gone";

/** The outside world of a RoomSync; replaced in tests. */
export type Wire = {
  snapshot(): Promise<Snapshot>;
  /** Ticks in [first, first + count), or null while that slice is not whole yet. */
  ticks(first: number, count: number): Promise<Tick[] | null>;
  open(after: number): Socket;
  /** Is this refusal final: no such room? */
  isGone(error: unknown): boolean;
  nowTick(): number;
  random(): number;
  after(ms: number, run: () => void): () => void;
};

export type Socket = Pick<WebSocket, "send" | "close"> & {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
};

export type Follower = {
  onSnapshot(snapshot: Snapshot): void;
  onTick(tick: Tick): void;
  onLink(link: Link): void;
  /** The account of who watches has a message. */
  onRing?(): void;
};

export const CLOSE_NO_ROOM = 4404;
export const CLOSE_RELOAD = 4410;
export const CLOSE_FULL = 4503;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const POLL_MS = 1000;
const SILENCE_MS = 45_000;
const STALE_TICKS = 40;
const SOCKET_TRIES_BEFORE_POLLING = 4;
const POLLS_BEFORE_SOCKET = 60;
const SMALL = 4;
const LARGE = 40;

/** Exponential, with half of it left to chance, so that a room of viewers does not return at once. */
export function pauseBefore(attempt: number, random: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return full / 2 + (full / 2) * random;
}

/** The slice to ask for next: the large one where far behind and the boundary allows it. */
export function sliceAfter(last: number, nowTick: number): { first: number; count: number } {
  const next = last + 1;
  const large = Math.floor(next / LARGE) * LARGE;
  if (nowTick - large > LARGE + SMALL) return { first: large, count: LARGE };
  return { first: Math.floor(next / SMALL) * SMALL, count: SMALL };
}

export class RoomSync {
  #socket: Socket | null = null;
  #cancelTimer: (() => void) | null = null;
  #cancelWatch: (() => void) | null = null;
  #last = -1;
  #failures = 0;
  #polls = 0;
  #heardAt = 0;
  #run = 0;
  #link: Link = "connecting";

  constructor(
    private readonly wire: Wire,
    private readonly follower: Follower,
  ) {}

  start(): void {
    void this.#reload();
  }

  stop(): void {
    this.#run += 1;
    this.#drop();
  }

  /** The network or the page came back: do not wait for the pause to end, nor trust a socket that has been silent. */
  wake(): void {
    if (this.#link === "gone") return;
    if (this.#link === "live" && this.wire.nowTick() - this.#heardAt < STALE_TICKS) return;
    this.#failures = 0;
    this.#again();
  }

  /** The browser says there is no network. */
  sleep(): void {
    if (this.#link === "gone") return;
    this.#run += 1;
    this.#drop();
    this.#tell("offline");
  }

  /** Send to the gateway; false if there is no open socket. */
  send(message: object): boolean {
    if (this.#link !== "live" || !this.#socket) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  async #reload(): Promise<void> {
    const run = ++this.#run;
    this.#drop();
    try {
      const snapshot = await this.wire.snapshot();
      if (run !== this.#run) return;
      this.#last = snapshot.tick;
      this.follower.onSnapshot(snapshot);
      this.#connect();
    } catch (error) {
      if (run !== this.#run) return;
      if (this.wire.isGone(error)) this.#tell("gone");
      else this.#retry();
    }
  }

  #connect(): void {
    this.#drop();
    const run = ++this.#run;
    const socket = this.wire.open(this.#last);
    this.#socket = socket;
    socket.onopen = () => {
      if (run !== this.#run) return;
      this.#tell("live");
      this.#watch();
    };
    socket.onmessage = (event) => {
      if (run !== this.#run) return;
      this.#failures = 0;
      this.#watch();
      this.#take(JSON.parse(String(event.data)) as Tick);
    };
    socket.onclose = (event) => {
      if (run !== this.#run) return;
      this.#socket = null;
      this.#cancelWatch?.();
      if (event.code === CLOSE_NO_ROOM) this.#tell("gone");
      else if (event.code === CLOSE_RELOAD) this.#pause(pauseBefore(0, this.wire.random()), () => void this.#reload());
      else if (event.code === CLOSE_FULL) this.#startPolling();
      else this.#retry();
    };
  }

  #take(tick: Tick): void {
    if ("rings" in tick) this.follower.onRing?.();
    if (tick.tick <= this.#last) return;
    this.#last = tick.tick;
    this.follower.onTick(tick);
  }

  #retry(): void {
    this.#tell("reconnecting");
    const attempt = this.#failures++;
    if (this.#last >= 0 && attempt >= SOCKET_TRIES_BEFORE_POLLING) this.#startPolling();
    else this.#pause(pauseBefore(attempt, this.wire.random()), () => this.#again());
  }

  #again(): void {
    if (this.#last < 0) void this.#reload();
    else this.#connect();
  }

  #startPolling(): void {
    this.#polls = 0;
    void this.#poll(++this.#run);
  }

  async #poll(run: number): Promise<void> {
    const { first, count } = sliceAfter(this.#last, this.wire.nowTick());
    try {
      const ticks = await this.wire.ticks(first, count);
      if (run !== this.#run) return;
      this.#tell("polling");
      this.#failures = 0;
      if (ticks) {
        for (const tick of ticks) this.#take(tick);
        this.#last = Math.max(this.#last, first + count - 1);
      }
      if (++this.#polls >= POLLS_BEFORE_SOCKET) this.#connect();
      else this.#pause(ticks && count === LARGE ? 0 : POLL_MS * (0.8 + 0.4 * this.wire.random()), () => void this.#poll(run));
    } catch (error) {
      if (run !== this.#run) return;
      if (this.wire.isGone(error)) return this.#tell("gone");
      this.#tell("reconnecting");
      this.#pause(pauseBefore(this.#failures++, this.wire.random()), () => void this.#poll(run));
    }
  }

  /** A dead connection may look open for minutes: after a long silence ask anew from the last tick. */
  #watch(): void {
    this.#heardAt = this.wire.nowTick();
    this.#cancelWatch?.();
    this.#cancelWatch = this.wire.after(SILENCE_MS * (0.8 + 0.4 * this.wire.random()), () => this.#connect());
  }

  #pause(ms: number, then: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.wire.after(ms, then);
  }

  #drop(): void {
    this.#cancelTimer?.();
    this.#cancelWatch?.();
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onclose = null;
      socket.onmessage = null;
      socket.close();
    }
  }

  #tell(link: Link): void {
    if (link === this.#link && link !== "connecting") return;
    this.#link = link;
    this.follower.onLink(link);
  }
}
