import { expect, it } from "vitest";
import { ShopFacts, type ShopPage } from "../src/viewer/shop/shop_facts.svelte";

const page = (shop_id: string, change: Partial<ShopPage> = {}): ShopPage => ({ shop_id, name: shop_id, is_open: true, avatar_url: null, description: "", contact: "", ...change });

it("never shows one shop's page for another's, however late it comes", async () => {
  const answers: Record<string, (found: ShopPage) => void> = {};
  const shop = new ShopFacts((shopId) => new Promise((resolve) => (answers[shopId] = resolve)));
  const slow = shop.load("slow");
  const asked = shop.load("asked");
  answers["asked"]?.(page("asked"));
  await asked;
  answers["slow"]?.(page("slow"));
  await slow;
  expect(shop.page?.name).toBe("asked");
});

it("says what went wrong until it is asked again, and keeps what it knew of the shop", async () => {
  const answers = [() => page("s1"), () => Promise.reject(new Error("off")), () => page("s1", { is_open: false })];
  const shop = new ShopFacts(async () => answers.shift()!());
  await shop.load("s1");
  await shop.load("s1");
  expect([shop.page?.is_open, shop.problem !== ""]).toEqual([true, true]);
  shop.again();
  await expect.poll(() => shop.page?.is_open).toBe(false);
  expect(shop.problem).toBe("");
});
