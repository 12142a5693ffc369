/** Which orders the desk shows: what the address says, what the server is asked, what is kept under a name. Pure. */
import type { Schemas } from "../../lib/api/client";
import type { OrderState } from "../state/wire";

export type Saved = Schemas["OrderFilter"];
export type Sort = "newest" | "oldest" | "largest";
export type Source = "room" | "video" | "shop";
export type YesNo = "" | "yes" | "no";

export type Filter = {
  q: string;
  state: OrderState | "";
  /** Days as the calendar writes them, both included. */
  from: string;
  to: string;
  room: string;
  product: string;
  creator: string;
  carrier: string;
  tag: string;
  afterSale: YesNo;
  held: boolean;
  late: boolean;
  /** As figures count: whose, paid when (days of the books, both included), what counts, where it was bought. */
  buyer: string;
  paidFrom: string;
  paidTo: string;
  paid: boolean;
  purchase: boolean;
  first: boolean;
  /** `2026-11` */
  firstMonth: string;
  firstFrom: string;
  firstTo: string;
  again: boolean;
  source: Source | "";
  video: string;
  soldInRoom: string;
  soldInVideo: string;
  /** Amounts in yuan, as typed. */
  min: string;
  max: string;
  sort: Sort;
};

export const NONE: Filter = {
  q: "",
  state: "",
  from: "",
  to: "",
  room: "",
  product: "",
  creator: "",
  carrier: "",
  tag: "",
  afterSale: "",
  held: false,
  late: false,
  buyer: "",
  paidFrom: "",
  paidTo: "",
  paid: false,
  purchase: false,
  first: false,
  firstMonth: "",
  firstFrom: "",
  firstTo: "",
  again: false,
  source: "",
  video: "",
  soldInRoom: "",
  soldInVideo: "",
  min: "",
  max: "",
  sort: "newest",
};

const STATES: readonly string[] = ["pending_payment", "paid", "shipped", "delivered", "completed", "cancelled"];
const SORTS: readonly string[] = ["newest", "oldest", "largest"];
const SOURCES: readonly string[] = ["room", "video", "shop"];
const MONTH = /^2\d{3}-(0[1-9]|1[0-2])$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const AMOUNT = /^\d{1,9}(\.\d{0,2})?$/;
const DAY_MS = 24 * 3_600_000;

/** What an address asks for; whatever it says that makes no sense is left out. */
export function readFilter(params: URLSearchParams): Filter {
  const text = (name: string, most: number) => (params.get(name) ?? "").slice(0, most);
  const fitting = (name: string, pattern: RegExp) => (pattern.test(params.get(name) ?? "") ? params.get(name)! : "");
  const state = params.get("state") ?? "";
  const sort = params.get("sort") ?? "";
  const afterSale = params.get("after_sale");
  return {
    q: text("q", 100) || text("number", 100),
    state: STATES.includes(state) ? (state as OrderState) : "",
    from: fitting("from", DAY),
    to: fitting("to", DAY),
    room: fitting("room", UUID),
    product: fitting("product", UUID),
    creator: fitting("creator", UUID),
    carrier: text("carrier", 40),
    tag: text("tag", 20),
    afterSale: afterSale === "yes" || afterSale === "no" ? afterSale : "",
    held: params.has("held"),
    late: params.has("late"),
    buyer: fitting("buyer", UUID),
    paidFrom: fitting("paid_from", DAY),
    paidTo: fitting("paid_to", DAY),
    paid: params.has("paid"),
    purchase: params.has("purchase"),
    first: params.has("first"),
    firstMonth: fitting("first_month", MONTH),
    firstFrom: fitting("first_from", DAY),
    firstTo: fitting("first_to", DAY),
    again: params.has("again"),
    source: SOURCES.includes(params.get("source") ?? "") ? (params.get("source") as Source) : "",
    video: fitting("video", UUID),
    soldInRoom: fitting("sold_in_room", UUID),
    soldInVideo: fitting("sold_in_video", UUID),
    min: fitting("min", AMOUNT),
    max: fitting("max", AMOUNT),
    sort: SORTS.includes(sort) ? (sort as Sort) : "newest",
  };
}

/** The address of a filter: only what is set. */
export function writeFilter(filter: Filter): URLSearchParams {
  const params = new URLSearchParams();
  const put = (name: string, value: string) => value.trim() && params.set(name, value.trim());
  put("q", filter.q);
  put("state", filter.state);
  put("from", filter.from);
  put("to", filter.to);
  put("room", filter.room);
  put("product", filter.product);
  put("creator", filter.creator);
  put("carrier", filter.carrier);
  put("tag", filter.tag);
  put("after_sale", filter.afterSale);
  if (filter.held) params.set("held", "1");
  if (filter.late) params.set("late", "1");
  put("buyer", filter.buyer);
  put("paid_from", filter.paidFrom);
  put("paid_to", filter.paidTo);
  for (const name of ["paid", "purchase", "first", "again"] as const) if (filter[name]) params.set(name, "1");
  put("first_month", filter.firstMonth);
  put("first_from", filter.firstFrom);
  put("first_to", filter.firstTo);
  put("source", filter.source);
  put("video", filter.video);
  put("sold_in_room", filter.soldInRoom);
  put("sold_in_video", filter.soldInVideo);
  put("min", filter.min);
  put("max", filter.max);
  if (filter.sort !== "newest") params.set("sort", filter.sort);
  return params;
}

/** The filter as the server takes and keeps it. */
export function toSaved(filter: Filter): Saved {
  const min = minorOf(filter.min);
  const max = minorOf(filter.max);
  return {
    q: filter.q.trim(),
    state: filter.state || null,
    from_ms: startOf(filter.from),
    to_ms: filter.to ? (startOf(filter.to) ?? 0) + DAY_MS : null,
    room_id: filter.room || null,
    product_id: filter.product || null,
    creator_id: filter.creator || null,
    carrier: filter.carrier.trim(),
    tag: filter.tag.trim(),
    after_sale: filter.afterSale ? filter.afterSale === "yes" : null,
    held: filter.held,
    late: filter.late,
    buyer_id: filter.buyer || null,
    paid_from: filter.paidFrom || null,
    paid_to: filter.paidTo || null,
    paid: filter.paid,
    purchase: filter.purchase,
    first: filter.first,
    first_month: filter.firstMonth || null,
    first_from: filter.firstFrom || null,
    first_to: filter.firstTo || null,
    again: filter.again,
    source: filter.source || null,
    video_id: filter.video || null,
    sold_in_room_id: filter.soldInRoom || null,
    sold_in_video_id: filter.soldInVideo || null,
    min_minor: min,
    max_minor: max,
    sort: filter.sort,
  };
}

/** The same as a query, without what is not asked. */
export function queryOf(filter: Filter): Partial<Record<keyof Saved, never>> {
  const set = Object.entries(toSaved(filter)).filter(([, value]) => value !== null && value !== "" && value !== false);
  return Object.fromEntries(set) as Partial<Record<keyof Saved, never>>;
}

/** What was kept, as the desk shows it. */
export function fromSaved(saved: Saved): Filter {
  return {
    ...NONE,
    q: saved.q ?? "",
    state: saved.state ?? "",
    from: saved.from_ms ? dayOf(saved.from_ms) : "",
    to: saved.to_ms ? dayOf(saved.to_ms - DAY_MS) : "",
    room: saved.room_id ?? "",
    product: saved.product_id ?? "",
    creator: saved.creator_id ?? "",
    carrier: saved.carrier ?? "",
    tag: saved.tag ?? "",
    afterSale: saved.after_sale === true ? "yes" : saved.after_sale === false ? "no" : "",
    held: saved.held ?? false,
    late: saved.late ?? false,
    buyer: saved.buyer_id ?? "",
    paidFrom: saved.paid_from ?? "",
    paidTo: saved.paid_to ?? "",
    paid: saved.paid ?? false,
    purchase: saved.purchase ?? false,
    first: saved.first ?? false,
    firstMonth: saved.first_month ?? "",
    firstFrom: saved.first_from ?? "",
    firstTo: saved.first_to ?? "",
    again: saved.again ?? false,
    source: saved.source ?? "",
    video: saved.video_id ?? "",
    soldInRoom: saved.sold_in_room_id ?? "",
    soldInVideo: saved.sold_in_video_id ?? "",
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
