import { describe, expect, it } from "vitest";
import { GroupNode, type Json, TestNode, fromJson, toJson } from "../../src/console/fans/segments/tree.svelte";
import type { ConditionField } from "../../src/console/fans/segments/values";

const NUMBERS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
const field = (name: string, kind: ConditionField["kind"], operators: ConditionField["operators"], within: ConditionField["within"] = "never"): ConditionField => ({ name, kind, operators, within, choices: [], meaning: "" });
const all = [
  field("orders", "integer", [...NUMBERS]),
  field("spent_minor", "money", [...NUMBERS]),
  field("watch_s", "seconds", [...NUMBERS]),
  field("returned_share", "share", [...NUMBERS]),
  field("follows", "flag", ["eq"]),
  field("segment", "choice", ["eq", "ne", "in"]),
  field("bought_product", "product", ["has"], "may"),
  field("recent_orders", "integer", [...NUMBERS], "must"),
];
const fields = new Map(all.map((each) => [each.name, each]));
const orders: Json = { field: "orders", op: "ge", value: 3 };
const follows: Json = { field: "follows", op: "eq", value: true };

const back = (json: Json) => {
  const tree = fromJson(json, fields);
  return tree && toJson(tree, fields);
};

describe("a condition as clicks", () => {
  it("gives back every tree that it can show", () => {
    const trees: Json[] = [
      orders,
      { not: follows },
      { not: orders },
      { all: [orders, { any: [follows, { not: { all: [orders, follows] } }] }] },
      { not: { any: [orders, { field: "segment", op: "in", value: ["new", "loyal"] }] } },
      { all: [{ field: "spent_minor", op: "lt", value: 9999 }, { field: "watch_s", op: "gt", value: 100 }] },
      { all: [{ field: "returned_share", op: "le", value: 0.125 }, { field: "recent_orders", op: "ge", value: 2, within_days: 30 }] },
      { not: { field: "bought_product", op: "has", value: "01a2", within_days: 60 } },
    ];
    for (const tree of trees) expect(back(tree)).toEqual(tree);
  });

  it("says that what is nested too deep cannot be clicked", () => {
    let deep: Json = orders;
    for (let level = 0; level < 5; level++) deep = { [level % 2 ? "all" : "any"]: [deep, follows] };
    expect(fromJson(deep, fields)).toBeNull();
  });

  it("is no condition while a row is not filled in", () => {
    const test = new TestNode();
    const group = new GroupNode("all", [test]);
    expect(toJson(group, fields)).toBeNull();
    test.choose(fields.get("recent_orders") as ConditionField);
    expect(toJson(group, fields)).toBeNull();
    test.text = "２";
    expect(toJson(group, fields)).toEqual({ field: "recent_orders", op: "ge", value: 2, within_days: 30 });
    test.days = "";
    expect(toJson(group, fields)).toBeNull();
  });

  it("reads money, minutes and percent as people write them", () => {
    const test = new TestNode();
    const group = new GroupNode("any", [test]);
    for (const [name, text, value] of [["spent_minor", "99.5", 9950], ["watch_s", "1.5", 90], ["returned_share", "12.5", 0.125], ["orders", "1.5", null]] as const) {
      test.choose(fields.get(name) as ConditionField);
      test.text = text;
      expect(toJson(group, fields)?.value ?? null).toBe(value);
    }
  });
});
