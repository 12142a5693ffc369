import { describe, expect, it } from "vitest";
import {
  type BagItem,
  MAX_COMMENTS,
  type Moment,
  type RoomFold,
  type Snapshot,
  applyTick,
  cueAt,
  fromSnapshot,
  priceRange,
} from "../src/lib/live/fold";

const sku = (id: string, price: number, available: number) => ({
  sku_id: id,
  name: id,
  list_price_minor: 9900,
  price_minor: price,
  available,
});
const item: BagItem = {
  number: 1,
  product_id: "p1",
  shop_id: "s1",
  title: "丹东草莓",
  picture_url: null,
  currency: "CNY",
  skus: [sku("k1", 9900, 5), sku("k2", 3990, 0)],
};
const snapshot: Snapshot = {
  room_id: "r1",
  tick: 100,
  state: "on_air",
  bag: [item],
  featured: { cue_id: "q1", product_id: "p1", at_ms: 1000 },
  pinned: null,
  comments: [],
  online: 3,
  delay_ms: null,
  likes: 7,
  buyers: 2,
};
const comment = (id: string, by = "a1"): Moment => ({
  kind: "comment",
  at_ms: 1,
  comment_id: id,
  account_id: by,
  name: "小雨",
  text: "好吃吗",
  is_host: false,
});
const after = (fold: RoomFold, tick: number, ...moments: Moment[]) => applyTick(fold, { tick, moments });

describe("the fold of a room's log", () => {
  const start = fromSnapshot(snapshot);

  it("does not show a comment twice when a tick comes twice", () => {
    const once = after(start, 101, comment("c1"));
    expect(after(once, 101, comment("c1"))).toBe(once);
    expect(once.comments.map((said) => said.comment_id)).toEqual(["c1"]);
  });

  it("keeps the last comments only, the newest at the end", () => {
    const many = Array.from({ length: MAX_COMMENTS + 10 }, (_, n) => comment(`c${n}`));
    const fold = after(start, 101, ...many);
    expect(fold.comments).toHaveLength(MAX_COMMENTS);
    expect(fold.comments.at(-1)?.comment_id).toBe(`c${MAX_COMMENTS + 9}`);
  });

  it("drops a removed comment and all that a muted viewer said", () => {
    const said = after(start, 101, comment("c1"), comment("c2", "a2"), comment("c3", "a2"));
    expect(after(said, 102, { kind: "comment_removed", at_ms: 1, comment_id: "c1" }).comments).toHaveLength(2);
    expect(after(said, 102, { kind: "muted", at_ms: 1, account_id: "a2" }).comments.map((one) => one.comment_id)).toEqual(["c1"]);
  });

  it("shows and takes away the pinned comment", () => {
    const pin: Moment = { kind: "comment_pinned", at_ms: 5, comment_id: "c1", name: "主播", text: "包邮", account_id: "h", is_host: true };
    const pinned = after(start, 101, pin);
    expect(pinned.pinned?.text).toBe("包邮");
    const unpin: Moment = { kind: "comment_pinned", at_ms: 6, comment_id: null, name: null, text: null, account_id: null, is_host: false };
    expect(after(pinned, 102, unpin).pinned).toBeNull();
  });

  it("tells the new price and what is left of that SKU only", () => {
    const fold = after(
      start,
      101,
      { kind: "price", at_ms: 1, product_id: "p1", sku_id: "k1", price_minor: 8800 },
      { kind: "stock", at_ms: 1, product_id: "p1", sku_id: "k2", available: 9 },
    );
    expect(fold.bag[0]?.skus.map((one) => [one.price_minor, one.available])).toEqual([
      [8800, 5],
      [3990, 9],
    ]);
  });

  it("counts likes and every buyer of merged purchases", () => {
    const fold = after(
      start,
      101,
      { kind: "likes", at_ms: 1, count: 5 },
      { kind: "purchase", at_ms: 1, name: "小*", product_id: "p1", title: "草莓", quantity: 200, buyers: 128 },
    );
    expect([fold.likes, fold.buyers]).toEqual([12, 130]);
  });

  it("follows state, viewers and bag, and leaves the fold before untouched", () => {
    const fold = after(
      start,
      101,
      { kind: "state", at_ms: 1, state: "interrupted" },
      { kind: "viewers", at_ms: 1, online: 9, delay_ms: 2500 },
      { kind: "bag", at_ms: 1, items: [] },
    );
    expect([fold.state, fold.online, fold.delay_ms, fold.bag.length, fold.tick]).toEqual(["interrupted", 9, 2500, 0, 101]);
    expect([start.state, start.bag.length, start.tick]).toEqual(["on_air", 1, 100]);
  });
});

describe("cards by media time", () => {
  it("keeps the card of before until the picture reaches the next one", () => {
    const fold = after(fromSnapshot(snapshot), 101, { kind: "featured", at_ms: 5000, cue_id: "q2", product_id: "p2" });
    expect(cueAt(fold.cues, 4999)?.cue_id).toBe("q1");
    expect(cueAt(fold.cues, 5000)?.cue_id).toBe("q2");
    expect(cueAt(fold.cues, 999)).toBeNull();
  });

  it("takes the card away when the picture reaches the end, not when the word arrives", () => {
    const fold = after(fromSnapshot(snapshot), 101, { kind: "unfeatured", at_ms: 8000, cue_id: "q1" });
    expect(cueAt(fold.cues, 7999)?.cue_id).toBe("q1");
    expect(cueAt(fold.cues, 8000)).toBeNull();
  });
});

describe("the price on a card", () => {
  it("is not that of a SKU nobody can buy", () => {
    expect(priceRange(item)).toEqual({ minor: 9900, listMinor: 9900, isFrom: false });
  });

  it("is the lowest, with a sign that there are higher ones", () => {
    expect(priceRange({ ...item, skus: [sku("k1", 9900, 5), sku("k2", 3990, 1)] })).toMatchObject({ minor: 3990, isFrom: true });
  });
});
