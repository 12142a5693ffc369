/** A condition as it is clicked: groups of tests, to a few levels; to and from the JSON that the API takes. */
import { type ConditionField, read, shown } from "./values";

export type Json = Record<string, unknown>;
/** How a group counts: `none` is that none of its parts is met, `some_not` that not all of them are. */
export type GroupKind = "all" | "any" | "none" | "some_not";
export const GROUP_KINDS: readonly GroupKind[] = ["all", "any", "none", "some_not"];
export const MOST_LEVELS = 4;

let made = 0;

export class TestNode {
  readonly id = ++made;
  field = $state("");
  op = $state("");
  /** What stands in the input, as people write it. */
  text = $state("");
  /** Of `in`: the codes that were pressed. */
  many = $state<string[]>([]);
  days = $state("");
  isNot = $state(false);

  /** Another field: nothing of the former one is kept. */
  choose(field: ConditionField): void {
    this.field = field.name;
    this.op = field.operators.includes("ge") ? "ge" : (field.operators[0] ?? "");
    this.text = field.kind === "flag" ? "true" : "";
    this.many = [];
    this.days = field.within === "must" ? "30" : "";
    this.isNot = false;
  }
}

export class GroupNode {
  readonly id = ++made;
  kind = $state<GroupKind>("all");
  parts = $state<(GroupNode | TestNode)[]>([]);

  constructor(kind: GroupKind = "all", parts: (GroupNode | TestNode)[] = []) {
    this.kind = kind;
    this.parts = parts;
  }

  remove(part: GroupNode | TestNode): void {
    this.parts = this.parts.filter((each) => each !== part);
  }
}

export type Fields = ReadonlyMap<string, ConditionField>;

/** The JSON of a group; null while something in it is not filled in. */
export function toJson(group: GroupNode, fields: Fields): Json | null {
  const parts: Json[] = [];
  for (const part of group.parts) {
    const json = part instanceof GroupNode ? toJson(part, fields) : testToJson(part, fields);
    if (!json) return null;
    parts.push(json);
  }
  const [first] = parts;
  if (!first) return null;
  const isAll = group.kind === "all" || group.kind === "some_not";
  const inner = parts.length === 1 ? first : { [isAll ? "all" : "any"]: parts };
  return group.kind === "all" || group.kind === "any" ? inner : { not: inner };
}

function testToJson(test: TestNode, fields: Fields): Json | null {
  const field = fields.get(test.field);
  if (!field) return null;
  const value = test.op === "in" ? (test.many.length ? [...test.many] : null) : read(field, test.text);
  if (value === null) return null;
  const json: Json = { field: field.name, op: test.op, value };
  if (field.within !== "never" && test.days.trim()) {
    const days = Number(test.days.normalize("NFKC").trim());
    if (!Number.isInteger(days) || days < 1) return null;
    json.within_days = days;
  } else if (field.within === "must") return null;
  return test.isNot ? { not: json } : json;
}

/** A condition as clicks; null where it is nested deeper than can be shown. */
export function fromJson(json: Json, fields: Fields): GroupNode | null {
  const node = nodeOf(json, fields, 1);
  if (!node) return null;
  return node instanceof GroupNode ? node : new GroupNode("all", [node]);
}

function nodeOf(json: Json, fields: Fields, level: number): GroupNode | TestNode | null {
  const isNot = "not" in json;
  const inner = (isNot ? json.not : json) as Json;
  for (const name of ["all", "any"] as const) {
    if (!(name in inner)) continue;
    if (level > MOST_LEVELS) return null;
    const parts = (inner[name] as Json[]).map((part) => nodeOf(part, fields, level + 1));
    if (parts.some((part) => part === null)) return null;
    const kind = !isNot ? name : name === "any" ? "none" : "some_not";
    return new GroupNode(kind, parts as (GroupNode | TestNode)[]);
  }
  if ("not" in inner) {
    const part = level > MOST_LEVELS ? null : nodeOf(inner, fields, level + 1);
    return part && new GroupNode("none", [part]);
  }
  const test = testOf(inner, fields);
  if (!test || !isNot) return test;
  const field = fields.get(test.field);
  if (field && canBeTurned(field)) {
    test.isNot = true;
    return test;
  }
  return new GroupNode("none", [test]);
}

/** Whether "not" is said in the row itself: has bought or not, yes or no. */
export const canBeTurned = (field: ConditionField): boolean => field.kind === "flag" || field.operators.includes("has");

function testOf(json: Json, fields: Fields): TestNode | null {
  const field = fields.get(String(json.field));
  if (!field) return null;
  const test = new TestNode();
  test.field = field.name;
  test.op = String(json.op);
  if (Array.isArray(json.value)) test.many = json.value.map(String);
  else test.text = shown(field, json.value as string | number | boolean);
  test.days = json.within_days === undefined ? "" : String(json.within_days);
  return test;
}
