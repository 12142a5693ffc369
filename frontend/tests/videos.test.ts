import { describe, expect, test } from "vitest";
import { MAX_CLIP_MS, firstRange, moved, withEnd, withStart } from "../src/console/videos/clip/range";
import { type Placed, endAt, leaveOpen, moveTo, rowsOf, shownAt, shownFor, startAt, toInput } from "../src/console/videos/edit/placing";
import { completed, openTopic } from "../src/console/videos/edit/topics";
import { keyedTo, momentText, msAt, ticksOf, xOf } from "../src/console/videos/film/strip";

const card = (productId: string, atMs: number | null, showMs: number | null = 8000): Placed => ({ productId, title: productId, pictureUrl: null, isOnSale: true, atMs, showMs: atMs === null ? null : showMs });

describe("a card on the time line", () => {
  test("never leaves the film, and keeps its length while it is moved", () => {
    expect(moveTo(card("a", 5000), -900, 20_000)).toMatchObject({ atMs: 0, showMs: 8000 });
    expect(moveTo(card("a", 5000), 60_000, 20_000)).toMatchObject({ atMs: 19_000, showMs: 8000 });
    expect(moveTo(card("a", 5000), 7_249, 20_000).atMs).toBe(7200);
  });
  test("left open it gets a length when it is placed", () => expect(moveTo(card("a", null), 3000, 20_000)).toMatchObject({ atMs: 3000, showMs: 8000 }));
  test("is shown as long as the server allows, and no shorter", () => {
    expect(endAt(card("a", 5000), 5_100, 20_000).showMs).toBe(1000);
    expect(endAt(card("a", 5000), 90_000, 20_000).showMs).toBe(15_000);
    expect(endAt(card("a", 0), 90_000, 200_000).showMs).toBe(60_000);
  });
  test("keeps its end when its start is dragged", () => {
    expect(startAt(card("a", 5000), 2000, 20_000)).toMatchObject({ atMs: 2000, showMs: 11_000 });
    expect(startAt(card("a", 5000), 30_000, 20_000)).toMatchObject({ atMs: 12_000, showMs: 1000 });
    expect(startAt(card("a", 15_000), 14_000, 20_000)).toMatchObject({ atMs: 14_000, showMs: 6000 });
  });
  test("says how long it is seen where the film is over sooner", () => {
    expect(shownFor(card("a", 5000), 20_000)).toBe(8000);
    expect(shownFor(card("a", 15_000), 20_000)).toBe(5000);
  });
  test("given back to the platform it has no moment", () => expect(toInput(leaveOpen(card("a", 5000)))).toEqual({ product_id: "a", at_ms: null, show_ms: null }));
  test("that came last is the one viewers see", () => {
    const all = [card("a", 0), card("b", 4000), card("c", null)];
    expect(shownAt(all, 3000)?.productId).toBe("a");
    expect(shownAt(all, 5000)?.productId).toBe("b");
    expect(shownAt(all, 12_000)).toBeNull();
  });
  test("that lies over another stands in a row of its own", () => {
    expect([...rowsOf([card("a", 0), card("b", 4000), card("c", 8000), card("d", null)])]).toEqual([["a", 0], ["b", 1], ["c", 0]]);
  });
});

describe("a clip", () => {
  test("begins where one looks and ends with the film", () => {
    expect(firstRange(5000, 100_000)).toEqual({ fromMs: 5000, toMs: 35_000 });
    expect(firstRange(99_500, 100_000)).toEqual({ fromMs: 98_000, toMs: 100_000 });
  });
  test("is never shorter than two seconds", () => {
    expect(withStart({ fromMs: 0, toMs: 10_000 }, 9_900, 100_000)).toEqual({ fromMs: 9_900, toMs: 11_900 });
    expect(withEnd({ fromMs: 8000, toMs: 10_000 }, 8100, 100_000)).toEqual({ fromMs: 6100, toMs: 8100 });
  });
  test("is never longer than ten minutes", () => {
    expect(withEnd({ fromMs: 0, toMs: 10_000 }, 900_000, 3_600_000)).toEqual({ fromMs: 900_000 - MAX_CLIP_MS, toMs: 900_000 });
    expect(withStart({ fromMs: 900_000, toMs: 1_000_000 }, 0, 3_600_000)).toEqual({ fromMs: 0, toMs: MAX_CLIP_MS });
  });
  test("moves as a whole within the film", () => expect(moved({ fromMs: 10_000, toMs: 30_000 }, 95_000, 100_000)).toEqual({ fromMs: 80_000, toMs: 100_000 }));
});

describe("a topic in a title", () => {
  test("is offered at its hash, in either language, and not in the middle of a word", () => {
    expect(openTopic("现摘 #丹东", 6)).toEqual({ from: 4, to: 6, word: "丹东" });
    expect(openTopic("fresh #straw", 12)?.word).toBe("straw");
    expect(openTopic("a#b", 3)).toBeNull();
    expect(openTopic("#丹东 草莓", 6)).toBeNull();
  });
  test("chosen takes the place of what was begun, also from its middle", () => {
    const open = openTopic("看 #丹东草 好吃", 5);
    expect(open && completed("看 #丹东草 好吃", open, "丹东草莓").text).toBe("看 #丹东草莓 好吃");
  });
});

describe("the time line", () => {
  test("has a place for each moment and a moment for each place", () => {
    expect(msAt(xOf(7000, 20_000, 300), 20_000, 300)).toBe(7000);
    expect(xOf(30_000, 20_000, 300)).toBe(300);
  });
  test("has times that can be read", () => expect(ticksOf(60_000, 300)).toEqual([0, 15_000, 30_000, 45_000, 60_000]));
  test("is walked by keys and stays in the film", () => {
    expect(keyedTo({ key: "ArrowRight", shiftKey: false }, 19_800, 20_000)).toBe(20_000);
    expect(keyedTo({ key: "Home", shiftKey: false }, 19_800, 20_000)).toBe(0);
    expect(keyedTo({ key: "a", shiftKey: false }, 0, 20_000)).toBeNull();
  });
  test("writes tenths only where there are some", () => expect([momentText(7000), momentText(67_480)]).toEqual(["0:07", "1:07.5"]));
});
