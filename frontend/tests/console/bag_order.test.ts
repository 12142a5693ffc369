import { expect, it } from "vitest";
import { BagOrder } from "../../src/console/live/bag-order.svelte";
import { moved } from "../../src/console/ui/sortable";
import type { BagItem } from "../../src/lib/live/fold";

const item = (product_id: string): BagItem => ({ number: 1, product_id, shop_id: "s1", title: product_id, picture_url: null, currency: "CNY", skus: [] });

function setUp() {
  let told = ["a", "b", "c"].map(item);
  const sent: { ids: string[]; answer: (isSaved: boolean) => void }[] = [];
  const order = new BagOrder(
    () => told,
    (ids) => new Promise((resolve) => sent.push({ ids, answer: resolve })),
  );
  const tell = (ids: string[]) => {
    told = ids.map(item);
    order.settle();
  };
  return { order, sent, tell, shown: () => order.items.map((each) => each.product_id).join("") };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it("moves a product to where the hand put it", () => {
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
});

it("stays as the hand put it while the server still tells the old order", async () => {
  const { order, sent, tell, shown } = setUp();
  order.save(["c", "a", "b"]);
  tell(["a", "b", "c"]);
  expect(shown()).toBe("cab");
  sent[0]?.answer(true);
  await settled();
  tell(["c", "a", "b"]);
  expect(shown()).toBe("cab");
});

it("sends only the newest of several orders made while one was on its way", async () => {
  const { order, sent } = setUp();
  order.save(["c", "a", "b"]);
  order.save(["c", "b", "a"]);
  order.save(["b", "c", "a"]);
  expect(sent.map((each) => each.ids.join(""))).toEqual(["cab"]);
  sent[0]?.answer(true);
  await settled();
  expect(sent.map((each) => each.ids.join(""))).toEqual(["cab", "bca"]);
});

it("returns to what the server tells when the server refuses", async () => {
  const { order, sent, shown } = setUp();
  order.save(["c", "a", "b"]);
  sent[0]?.answer(false);
  await settled();
  expect(shown()).toBe("abc");
});
