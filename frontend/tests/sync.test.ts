import { beforeEach, describe, expect, it } from "vitest";
import type { Snapshot, Tick } from "../src/lib/live/fold";
import { CLOSE_FULL, CLOSE_NO_ROOM, CLOSE_RELOAD, type Link, RoomSync, type Socket, type Wire, pauseBefore, sliceAfter } from "../src/lib/live/sync";

/** A socket whose other end is the test. */
class FakeSocket implements Socket {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  sent: string[] = [];
  isClosed = false;

  constructor(readonly after: number) {}

  send(data: string): void {
    this.sent.push(data);
  }
  close(): void {
    this.isClosed = true;
  }
  accept(): void {
    this.onopen?.({} as Event);
  }
  tell(...ticks: number[]): void {
    for (const tick of ticks) this.onmessage?.({ data: JSON.stringify({ tick, moments: [] }) } as MessageEvent);
  }
  drop(code = 1006): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

/** The network, and a clock that the test turns. */
class FakeWire implements Wire {
  sockets: FakeSocket[] = [];
  polled: [number, number][] = [];
  slices = new Map<number, number[]>();
  snapshotTick = 100;
  snapshots = 0;
  tick = 200;
  isDown = false;
  #timers: { at: number; run: () => void }[] = [];
  #now = 0;

  async snapshot(): Promise<Snapshot> {
    this.snapshots += 1;
    if (this.isDown) throw new Error("down");
    return { tick: this.snapshotTick } as Snapshot;
  }
  async ticks(first: number, count: number): Promise<Tick[] | null> {
    this.polled.push([first, count]);
    const slice = this.slices.get(first);
    return slice ? slice.map((tick) => ({ tick, moments: [] })) : null;
  }
  open(after: number): Socket {
    const socket = new FakeSocket(after);
    this.sockets.push(socket);
    return socket;
  }
  isGone(): boolean {
    return false;
  }
  nowTick(): number {
    return this.tick;
  }
  random(): number {
    return 0.5;
  }
  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }
  /** Let time pass, and what follows from it happen. */
  async pass(ms: number): Promise<void> {
    await settle();
    this.#now += ms;
    for (const timer of [...this.#timers].filter((one) => one.at <= this.#now)) {
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.run();
      await settle();
    }
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe("following a room", () => {
  let wire: FakeWire;
  let seen: number[];
  let links: Link[];
  let sync: RoomSync;

  beforeEach(async () => {
    wire = new FakeWire();
    seen = [];
    links = [];
    sync = new RoomSync(wire, {
      onSnapshot: (snapshot) => seen.push(-snapshot.tick),
      onTick: (tick) => seen.push(tick.tick),
      onLink: (link) => links.push(link),
    });
    sync.start();
    await settle();
    wire.socket.accept();
  });

  it("asks for what comes after the snapshot", () => {
    expect(wire.socket.after).toBe(100);
    wire.socket.tell(101, 103);
    expect(seen).toEqual([-100, 101, 103]);
    expect(links).toEqual(["live"]);
  });

  it("takes every tick once and in order over a cut", async () => {
    wire.socket.tell(101, 102);
    wire.socket.drop();
    await wire.pass(500);
    expect(wire.socket.after).toBe(102);
    wire.socket.accept();
    wire.socket.tell(101, 102, 103);
    expect(seen).toEqual([-100, 101, 102, 103]);
    expect(links).toEqual(["live", "reconnecting", "live"]);
  });

  it("hears nothing more from a connection it has given up", async () => {
    const old = wire.socket;
    sync.sleep();
    old.tell(101);
    expect(seen).toEqual([-100]);
    expect(links.at(-1)).toBe("offline");
    sync.wake();
    expect(wire.socket).not.toBe(old);
  });

  it("reloads the snapshot when told that its tick is too old", async () => {
    wire.snapshotTick = 500;
    wire.socket.drop(CLOSE_RELOAD);
    await wire.pass(500);
    expect(seen).toEqual([-100, -500]);
    expect(wire.socket.after).toBe(500);
  });

  it("stops where there is no such room", async () => {
    wire.socket.drop(CLOSE_NO_ROOM);
    await wire.pass(60_000);
    expect(links.at(-1)).toBe("gone");
    expect(wire.sockets).toHaveLength(1);
  });

  it("polls where the gateway is full, and skips what it has", async () => {
    wire.tick = 108;
    wire.slices.set(100, [100, 101, 102]);
    wire.slices.set(104, [105]);
    wire.socket.tell(101);
    wire.socket.drop(CLOSE_FULL);
    await wire.pass(0);
    await wire.pass(1000);
    await wire.pass(1000);
    expect(seen).toEqual([-100, 101, 102, 105]);
    expect(wire.polled).toEqual([
      [100, 4],
      [104, 4],
      [108, 4],
    ]);
    expect(links.at(-1)).toBe("polling");
  });

  it("waits for a slice that is not whole yet instead of passing over it", async () => {
    wire.tick = 104;
    wire.socket.drop(CLOSE_FULL);
    await wire.pass(1000);
    expect(seen).toEqual([-100]);
    wire.slices.set(100, [103]);
    await wire.pass(1000);
    expect(seen).toEqual([-100, 103]);
  });

  it("falls back to polling where no socket gets through", async () => {
    wire.tick = 104;
    wire.slices.set(100, [102]);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      wire.socket.drop();
      await wire.pass(15_000);
    }
    expect(seen).toContain(102);
    expect(links.at(-1)).toBe("polling");
  });

  it("asks anew after a long silence, for the connection may be dead", async () => {
    await wire.pass(60_000);
    expect(wire.sockets).toHaveLength(2);
    expect(wire.sockets[0]?.isClosed).toBe(true);
  });

  it("sends only over an open connection", () => {
    expect(sync.send({ type: "likes", count: 2 })).toBe(true);
    expect(wire.socket.sent).toEqual(['{"type":"likes","count":2}']);
    wire.socket.drop();
    expect(sync.send({ type: "likes", count: 2 })).toBe(false);
  });
});

describe("pauses and slices", () => {
  it("pauses grow, have an end, and differ between viewers", () => {
    expect(pauseBefore(0, 0)).toBe(250);
    expect(pauseBefore(0, 1)).toBe(500);
    expect(pauseBefore(20, 1)).toBe(15_000);
  });

  it("catches up in large slices, on boundaries that caches know", () => {
    expect(sliceAfter(101, 104)).toEqual({ first: 100, count: 4 });
    expect(sliceAfter(101, 1000)).toEqual({ first: 80, count: 40 });
  });
});
