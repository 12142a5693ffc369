import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";

const texts: Record<string, string> = JSON.parse(readFileSync(new URL("../../../src/xiaodian/messages/zh/console_fans.json", import.meta.url), "utf8"));
vi.mock("../../src/lib/i18n/index.svelte", async () => {
  const { fill } = await import("../../src/lib/i18n/fill");
  const t = (key: string, params?: Record<string, string | number>) => fill(texts, key, params);
  return { t, tOr: (key: string, fallback: string) => texts[key] ?? fallback, language: () => "zh", locale: () => "zh-CN" };
});
vi.mock("../../src/lib/api/client", () => ({ api: { GET: () => Promise.resolve({ title: "草莓", items: [] }) }, ok: (answer: unknown) => answer, textOf: String }));
vi.mock("../../src/console/outreach/names.svelte", () => ({ nameOfSegment: (code: string) => `分群${code}` }));
vi.mock("../../src/console/state/session.svelte", () => ({ shopId: () => "shop" }));

import { fromJson, type Json } from "../../src/console/fans/segments/tree.svelte";
import type { ConditionField } from "../../src/console/fans/segments/values";
import { ConditionWords } from "../../src/console/fans/segments/words.svelte";

const field = (name: string, kind: ConditionField["kind"], operators: ConditionField["operators"], within: ConditionField["within"] = "never"): ConditionField => ({ name, kind, operators, within, choices: [], meaning: "" });
const fields = new Map(
  [field("orders", "integer", ["ge", "lt"]), field("spent_minor", "money", ["ge"]), field("follows", "flag", ["eq"]), field("tags", "tag", ["has"]), field("segment", "choice", ["eq", "in"]), field("recent_orders", "integer", ["ge"], "must"), field("bought_product", "product", ["has"], "may")].map((each) => [each.name, each]),
);
const orders: Json = { field: "orders", op: "ge", value: 3 };

describe("a condition in words", () => {
  const words = new ConditionWords();
  it.each<[Json, string]>([
    [orders, "购买单数至少 3"],
    [{ all: [orders, { not: { field: "tags", op: "has", value: "退货" } }] }, "购买单数至少 3，并且不是“标签：退货”"],
    [{ all: [orders, { any: [{ field: "spent_minor", op: "ge", value: 10000 }, { field: "follows", op: "eq", value: true }] }] }, "购买单数至少 3，并且（累计消费至少 ¥100 或者 已关注）"],
    [{ field: "recent_orders", op: "ge", value: 2, within_days: 30 }, "近 30 天近期购买单数至少 2"],
    [{ field: "segment", op: "in", value: ["new", "loyal"] }, "现成分群属于 分群new、分群loyal"],
    [{ not: { any: [orders, { field: "follows", op: "eq", value: true }] } }, "不是“购买单数至少 3 或者 已关注”"],
  ])("is said as people would", (json, said) => {
    expect(fromJson(json, fields)).not.toBeNull();
    expect(words.of(json, fields)).toBe(said);
  });

  it("calls a product by its name once that is known, and never by its number", async () => {
    const json: Json = { field: "bought_product", op: "has", value: "01a229da-ca29-7486-8bdd-3f564db2a538", within_days: 90 };
    expect(words.of(json, fields)).toBe("近 90 天买过某商品：…");
    await vi.waitFor(() => expect(words.of(json, fields)).toBe("近 90 天买过某商品：草莓"));
  });
});
