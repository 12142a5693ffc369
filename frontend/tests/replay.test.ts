import { describe, expect, it } from "vitest";
import type { Tick } from "../src/lib/live/fold";
import { ReplayFeed } from "../src/lib/live/replay";

const at = (tick: number) => tick * 250;

function open(filled: number[]) {
  const asked: number[] = [];
  const told: (string | number)[] = [];
  const feed = new ReplayFeed(
    async (first, count): Promise<Tick[]> => {
      asked.push(first);
      return filled.filter((tick) => tick >= first && tick < first + count).map((tick) => ({ tick, moments: [] }));
    },
    { onJump: () => told.push("jump"), onTick: (tick, isPast) => told.push(isPast ? `past ${tick.tick}` : tick.tick) },
  );
  return { asked, told, feed };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe("the talk of a replay", () => {
  it("comes when the picture comes, each once", async () => {
    const { feed, told } = open([402, 405]);
    feed.show(at(401));
    await settle();
    for (const tick of [401, 402, 404, 405, 405, 406]) feed.show(at(tick));
    expect(told).toEqual(["jump", 402, 405]);
  });

  it("starts anew after a jump, with what was said just before", async () => {
    const { feed, told } = open([402, 990, 1003]);
    feed.show(at(402));
    await settle();
    feed.show(at(402));
    feed.show(at(1000));
    await settle();
    feed.show(at(1001));
    feed.show(at(1003));
    expect(told).toEqual(["jump", "past 402", "jump", "past 990", 1003]);
  });

  it("asks for each slice once, one ahead, on boundaries that caches know", async () => {
    const { feed, asked } = open([]);
    for (let tick = 400; tick < 440; tick += 1) feed.show(at(tick));
    await settle();
    expect(asked).toEqual([360, 400, 440]);
  });
});
