/** Which orders the desk shows: what the address says, what the server is asked, what is kept under a name. Pure. */
import type { Schemas } from "../../lib/api/client";
import type { OrderState } from "../state/wire";

export type Saved = Schemas["OrderFilter"];
export type Sort = "newest" | "oldest" | "largest";
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
  min: "",
  max: "",
  sort: "newest",
};

const STATES: readonly string[] = ["pending_payment", "paid", "shipped", "delivered", "completed", "cancelled"];
const SORTS: readonly string[] = ["newest", "oldest", "largest"];
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
    min: yuanOf(saved.min_minor),
    max: yuanOf(saved.max_minor),
    sort: saved.sort ?? "newest",
  };
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
