/** What creators are told of moments, and where a clip is set with one tap. */
import { describe, expect, it } from "vitest";
import { around, bestSpots } from "../../src/console/videos/clip/range";
import { learnedOf, withMoment } from "../../src/console/videos/figures/learned";
import { type Tried, stretchesOf } from "../../src/console/insights/learned_replay";
import type { OwnProduct } from "../../src/console/videos/wire";

const product = (id: string, at_ms: number | null = null) => ({ product_id: id, title: id, picture_url: null, is_on_sale: true, at_ms, show_ms: at_ms === null ? null : 5000 }) as unknown as OwnProduct;
const moment = (at_ms: number, share: number, shown: number) => ({ at_ms, show_ms: 8000, reason: "tried", text: "", shown, clicked: 0, ordered: 0, left: 0, orders: 0, share });

describe("moments that were learned", () => {
  const told = { video_id: "v", weighed_at: null, products: [{ product_id: "tea", shop_id: "shop", moments: [moment(1000, 0.1, 5), moment(9000, 0.9, 50), moment(5000, 0, 40), moment(7000, 0, 0)] }] };

  it("begin with the one that comes up most, and those that were given up are still told", () => {
    const [tea, jam] = learnedOf([product("tea"), product("jam")], told);
    expect(tea?.best?.at_ms).toBe(9000);
    expect(tea?.others.map((each) => each.at_ms)).toEqual([1000, 5000]);
    expect(jam?.best).toBeNull();
    expect([tea?.shopId, jam?.shopId]).toEqual(["shop", null]);
  });

  it("are kept for one product without moving the others", () => {
    const products = [product("tea"), product("jam", 3000)];
    expect(withMoment(products, "tea", moment(9000, 0.9, 50))).toEqual([
      { product_id: "tea", at_ms: 9000, show_ms: 8000 },
      { product_id: "jam", at_ms: 3000, show_ms: 5000 },
    ]);
    expect(withMoment(products, "jam", null)[1]).toEqual({ product_id: "jam", at_ms: null, show_ms: null });
  });
});

describe("moments of a replay", () => {
  const tried = (at_ms: number, share: number, shown: number, is_kept = false): Tried => ({ ...moment(at_ms, share, shown), chapter: Math.floor(at_ms / 600_000), is_kept });

  it("are told by stretches, the kept one first, and where no card does better there is no best one", () => {
    const [first, second, third] = stretchesOf([tried(700_000, 0, 900), tried(5000, 0.9, 5), tried(9000, 0.1, 50), tried(1_300_000, 1, 2, true), tried(1_250_000, 0, 400)]);
    expect([first?.best?.at_ms, first?.kept, first?.others.map((each) => each.at_ms)]).toEqual([5000, null, [9000]]);
    expect([second?.fromMs, second?.best, second?.others.length]).toEqual([600_000, null, 1]);
    expect([third?.kept?.at_ms, third?.best?.at_ms, third?.others.map((each) => each.at_ms)]).toEqual([1_300_000, 1_300_000, [1_250_000]]);
  });
});

describe("a clip with one tap", () => {
  const shown = [
    { productId: "tea", title: "tea", pictureUrl: null, fromMs: 10_000, toMs: 40_000 },
    { productId: "jam", title: "jam", pictureUrl: null, fromMs: 200_000, toMs: 230_000 },
  ];

  it("begins with the showing in which most was sold", () => {
    const orders = [0, 60_000, 120_000, 180_000, 240_000].map((atMs, index) => ({ atMs, value: index === 3 ? 12 : 1 }));
    const spots = bestSpots(shown, orders, 300_000);
    expect(spots.map((each) => each.productId)).toEqual(["jam", "tea"]);
    expect(spots[0]?.orders).toBeGreaterThan(spots[1]?.orders ?? 99);
  });

  it("lies around the showing and stays within the film and the limits", () => {
    expect(around(shown[0]!, 300_000)).toEqual({ fromMs: 8000, toMs: 42_000 });
    expect(around({ fromMs: 500, toMs: 299_900 }, 300_000)).toEqual({ fromMs: 0, toMs: 300_000 });
    const long = around({ fromMs: 0, toMs: 5_000_000 }, 6_000_000);
    expect(long.toMs - long.fromMs).toBe(600_000);
  });
});
