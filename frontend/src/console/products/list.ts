/** What a list of products is asked for. Pure. */
import type { Schemas } from "../../lib/api/client";
import type { MessageKey } from "../../lib/i18n/index.svelte";

export type Row = Schemas["ProductRow"];
export type Counts = Schemas["ProductCounts"];
export type Sort = Schemas["ProductSort"];
export type Deed = Schemas["BulkDeed"];
export type View = "" | "on_sale" | "draft" | "in_review" | "rejected" | "off" | "low" | "out" | "commission" | "external";

export const MOST_CHOSEN = 500;

const VIEWS: readonly View[] = ["on_sale", "draft", "in_review", "rejected", "off", "low", "out", "commission", "external"];

/** What an address asks for; everything if it makes no sense. */
export function readView(params: URLSearchParams): View {
  return VIEWS.find((view) => view === params.get("state")) ?? "";
}

/** Low and out of stock matter of what is on sale. */
export function viewQuery(view: View): { state?: Schemas["ProductState"]; is_low?: boolean; is_out?: boolean; has_commission?: boolean; is_external?: boolean } {
  if (view === "low") return { state: "on_sale", is_low: true };
  if (view === "out") return { state: "on_sale", is_out: true };
  if (view === "external") return { is_external: true };
  if (view === "commission") return { has_commission: true };
  return view ? { state: view } : {};
}

/** What is empty is not offered, unless one is looking at it. */
export function tabsOf(counts: Counts | null, view: View): { view: View; text: MessageKey; count: number | null }[] {
  const tabs: { view: View; text: MessageKey; count: number | null; isAlways?: boolean }[] = [
    { view: "", text: "all", count: null, isAlways: true },
    { view: "on_sale", text: "state_on_sale", count: counts?.on_sale ?? null, isAlways: true },
    { view: "low", text: "products_low", count: counts?.low_stock ?? null },
    { view: "out", text: "sold_out", count: counts?.out_of_stock ?? null },
    { view: "in_review", text: "state_in_review", count: counts?.in_review ?? null },
    { view: "rejected", text: "state_rejected", count: counts?.rejected ?? null },
    { view: "draft", text: "state_draft", count: counts?.draft ?? null, isAlways: true },
    { view: "off", text: "state_off", count: counts?.off ?? null, isAlways: true },
    { view: "external", text: "products_external", count: counts?.external ?? null },
    { view: "commission", text: "has_commission", count: null, isAlways: true },
  ];
  return tabs.filter((tab) => tab.isAlways || tab.view === view || (tab.count ?? 0) > 0);
}
