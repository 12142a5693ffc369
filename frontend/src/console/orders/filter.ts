/** Which orders the desk shows: what the address says, what the server is asked, what is kept under a name. Pure. */
import type { Schemas } from "../../lib/api/client";
import type { OrderState } from "../state/wire";

export type Saved = Schemas["OrderFilter"];
export type Sort = "newest" | "oldest" | "largest";
export type Source = "room" | "video" | "shop";
export type YesNo = "" | "yes" | "no";

const STATES: readonly string[] = ["pending_payment", "paid", "shipped", "delivered", "completed", "cancelled"];
const SORTS: readonly string[] = ["newest", "oldest", "largest"];
const SOURCES: readonly string[] = ["room", "video", "shop"];
const MONTH = /^2\d{3}-(0[1-9]|1[0-2])$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const AMOUNT = /^\d{1,9}(\.\d{0,2})?$/;
const CODE = /^[\w./-]{1,64}$/;
const NUMBER = /^\d{1,13}$/;
const IDS = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(,[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}){0,99}$/i;
const DAY_MS = 24 * 3_600_000;

/** Written the same in the address and kept the same by the server, but for the name: [in the address, kept, what fits]. */
const PLAIN = {
  room: ["room", "room_id", UUID],
  product: ["product", "product_id", UUID],
  creator: ["creator", "creator_id", UUID],
  buyer: ["buyer", "buyer_id", UUID],
  /** Days of the books, both included. */
  paidFrom: ["paid_from", "paid_from", DAY],
  paidTo: ["paid_to", "paid_to", DAY],
  /** `2026-11` */
  firstMonth: ["first_month", "first_month", MONTH],
  firstFrom: ["first_from", "first_from", DAY],
  firstTo: ["first_to", "first_to", DAY],
  boughtFrom: ["bought_from", "bought_from", DAY],
  boughtTo: ["bought_to", "bought_to", DAY],
  refundedFrom: ["refunded_from", "refunded_from", DAY],
  refundedTo: ["refunded_to", "refunded_to", DAY],
  video: ["video", "video_id", UUID],
  soldInRoom: ["sold_in_room", "sold_in_room_id", UUID],
  soldInVideo: ["sold_in_video", "sold_in_video_id", UUID],
  flashSale: ["flash_sale", "flash_sale_id", UUID],
  coupon: ["coupon", "coupon_id", UUID],
} as const;
type PlainName = keyof typeof PLAIN;

/** Numbers, written as they are; empty where nothing is asked. */
const NUMBERS = {
  paidFromMs: ["paid_from_ms", "paid_from_ms"],
  paidToMs: ["paid_to_ms", "paid_to_ms"],
  videoFromMs: ["video_from_ms", "video_from_ms"],
  videoToMs: ["video_to_ms", "video_to_ms"],
  oneIn: ["one_in", "one_in"],
} as const;
type NumberName = keyof typeof NUMBERS;

const FLAGS = { held: "held", late: "late", paid: "paid", purchase: "purchase", notCancelled: "not_cancelled", first: "first", again: "again" } as const;
type FlagName = keyof typeof FLAGS;

/** What somebody types, trimmed: [name, longest]. */
const TEXTS = { q: 100, carrier: 40, tag: 20 } as const;
type TextName = keyof typeof TEXTS;

export type Filter = Record<PlainName | NumberName | TextName, string> &
  Record<FlagName, boolean> & {
    state: OrderState | "";
    /** Days as the calendar writes them, both included. */
    from: string;
    to: string;
    afterSale: YesNo;
    source: Source | "";
    category: string;
    /** Ids of these orders, with commas between. */
    ids: string;
    /** Amounts in yuan, as typed. */
    min: string;
    max: string;
    sort: Sort;
  };

const plainNames = Object.keys(PLAIN) as PlainName[];
const numberNames = Object.keys(NUMBERS) as NumberName[];
const flagNames = Object.keys(FLAGS) as FlagName[];
const textNames = Object.keys(TEXTS) as TextName[];
const all = <Name extends string, Value>(names: readonly Name[], value: (name: Name) => Value) =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>;

export const NONE: Filter = {
  ...all(textNames, () => ""),
  ...all(plainNames, () => ""),
  ...all(numberNames, () => ""),
  ...all(flagNames, () => false),
  state: "",
  from: "",
  to: "",
  afterSale: "",
  source: "",
  category: "",
  ids: "",
  min: "",
  max: "",
  sort: "newest",
};

/** What an address asks for; whatever it says that makes no sense is left out. */
export function readFilter(params: URLSearchParams): Filter {
  const text = (name: string, most: number) => (params.get(name) ?? "").slice(0, most);
  const fitting = (name: string, pattern: RegExp) => (pattern.test(params.get(name) ?? "") ? params.get(name)! : "");
  const one = <Choice extends string>(name: string, choices: readonly string[]) => (choices.includes(text(name, 40)) ? (text(name, 40) as Choice) : "");
  return {
    ...all(textNames, (name) => text(name, TEXTS[name])),
    ...all(plainNames, (name) => fitting(PLAIN[name][0], PLAIN[name][2])),
    ...all(numberNames, (name) => fitting(NUMBERS[name][0], NUMBER)),
    ...all(flagNames, (name) => params.has(FLAGS[name])),
    q: text("q", TEXTS.q) || text("number", TEXTS.q),
    state: one<OrderState>("state", STATES),
    from: fitting("from", DAY),
    to: fitting("to", DAY),
    afterSale: one<YesNo>("after_sale", ["yes", "no"]),
    source: one<Source>("source", SOURCES),
    category: fitting("category", CODE),
    ids: fitting("ids", IDS),
    min: fitting("min", AMOUNT),
    max: fitting("max", AMOUNT),
    sort: one<Sort>("sort", SORTS) || "newest",
  };
}

/** The address of a filter: only what is set. */
export function writeFilter(filter: Filter): URLSearchParams {
  const params = new URLSearchParams();
  const put = (name: string, value: string) => value.trim() && params.set(name, value.trim());
  for (const name of textNames) put(name, filter[name]);
  put("state", filter.state);
  put("from", filter.from);
  put("to", filter.to);
  put("after_sale", filter.afterSale);
  for (const name of plainNames) put(PLAIN[name][0], filter[name]);
  for (const name of numberNames) put(NUMBERS[name][0], filter[name]);
  put("source", filter.source);
  put("category", filter.category);
  put("ids", filter.ids);
  for (const name of flagNames) if (filter[name]) params.set(FLAGS[name], "1");
  put("min", filter.min);
  put("max", filter.max);
  if (filter.sort !== "newest") params.set("sort", filter.sort);
  return params;
}

/** The filter as the server takes and keeps it. */
export function toSaved(filter: Filter): Saved {
  const kept = Object.fromEntries([
    ...textNames.map((name) => [name, filter[name].trim()]),
    ...plainNames.map((name) => [PLAIN[name][1], filter[name] || null]),
    ...numberNames.map((name) => [NUMBERS[name][1], filter[name] ? Number(filter[name]) : null]),
    ...flagNames.map((name) => [FLAGS[name], filter[name]]),
  ]) as Saved;
  return {
    ...kept,
    one_in: filter.oneIn ? Math.max(1, Number(filter.oneIn)) : 1,
    state: filter.state || null,
    from_ms: startOf(filter.from),
    to_ms: filter.to ? (startOf(filter.to) ?? 0) + DAY_MS : null,
    after_sale: filter.afterSale ? filter.afterSale === "yes" : null,
    source: filter.source || null,
    category: filter.category.trim(),
    order_ids: filter.ids ? filter.ids.split(",") : [],
    min_minor: minorOf(filter.min),
    max_minor: minorOf(filter.max),
    sort: filter.sort,
  };
}

/** The same as a query, without what is not asked. */
export function queryOf(filter: Filter): Partial<Record<keyof Saved, never>> {
  const isNothing = (value: unknown) => value === null || value === "" || value === false || (Array.isArray(value) && value.length === 0);
  const isAsked = ([name, value]: [string, unknown]) => !isNothing(value) && !(name === "one_in" && value === 1);
  return Object.fromEntries(Object.entries(toSaved(filter)).filter(isAsked)) as Partial<Record<keyof Saved, never>>;
}

/** What was kept, as the desk shows it. */
export function fromSaved(saved: Saved): Filter {
  const textOf = (value: unknown) => (value === null || value === undefined ? "" : String(value));
  return {
    ...NONE,
    ...all(textNames, (name) => saved[name] ?? ""),
    ...all(plainNames, (name) => saved[PLAIN[name][1]] ?? ""),
    ...all(numberNames, (name) => textOf(saved[NUMBERS[name][1]])),
    ...all(flagNames, (name) => saved[FLAGS[name]] ?? false),
    oneIn: (saved.one_in ?? 1) > 1 ? String(saved.one_in) : "",
    state: saved.state ?? "",
    from: saved.from_ms ? dayOf(saved.from_ms) : "",
    to: saved.to_ms ? dayOf(saved.to_ms - DAY_MS) : "",
    afterSale: saved.after_sale === true ? "yes" : saved.after_sale === false ? "no" : "",
    source: saved.source ?? "",
    category: saved.category ?? "",
    ids: (saved.order_ids ?? []).join(","),
    min: yuanOf(saved.min_minor),
    max: yuanOf(saved.max_minor),
    sort: saved.sort ?? "newest",
  };
}

/** The address of the orders behind a figure. */
export function ordersHref(asked: Partial<Filter>): string {
  return `/console/orders?${writeFilter({ ...NONE, ...asked })}`;
}

/** First and last day of a month (`2026-11`), or of the one so many months later. */
export function daysOf(month: string, later = 0): { paidFrom: string; paidTo: string } {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const day = (months: number, of: number) => new Date(Date.UTC(year, number - 1 + later + months, of)).toISOString().slice(0, 10);
  return { paidFrom: day(0, 1), paidTo: day(1, 0) };
}

/** How many conditions are set besides the words and the state, which stand in sight. */
export function countSet(filter: Filter): number {
  const params = writeFilter({ ...filter, q: "", state: "" });
  return [...params.keys()].length;
}

function startOf(day: string): number | null {
  return DAY.test(day) ? new Date(`${day}T00:00`).getTime() : null;
}

function dayOf(ms: number): string {
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

function minorOf(yuan: string): number | null {
  return AMOUNT.test(yuan.trim()) ? Math.round(Number(yuan) * 100) : null;
}

function yuanOf(minor: number | null | undefined): string {
  return typeof minor === "number" ? String(minor / 100) : "";
}
