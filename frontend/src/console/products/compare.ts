/** What is different between two versions of a product, in words. Pure. */
import type { Schemas } from "../../lib/api/client";
import { textOfPrice } from "./draft";

export type Snapshot = Schemas["ProductSnapshot"];
/** What people call a state, a category or a kind of stage. */
export type Say = (kind: "state" | "category" | "stage", value: string) => string;
export type Difference = { what: string; detail?: string; before: string; after: string };

export function differences(before: Snapshot, after: Snapshot, say: Say): Difference[] {
  const found: Difference[] = [];
  const add = (what: string, was: string, is: string, detail?: string) => {
    if (was !== is) found.push({ what, before: was, after: is, ...(detail ? { detail } : {}) });
  };
  add("title", before.title, after.title);
  add("description", before.description, after.description);
  add("category", say("category", before.category ?? "other"), say("category", after.category ?? "other"));
  add("state", say("state", before.state), say("state", after.state));
  add("pictures", String(before.picture_urls.length), String(after.picture_urls.length));
  if (before.picture_urls.length === after.picture_urls.length && before.picture_urls.join() !== after.picture_urls.join()) found.push({ what: "pictures", before: "", after: "" });
  add("video", before.video_url ? "✓" : "–", after.video_url ? "✓" : "–");
  add("attributes", facts(before), facts(after));
  add("provenance", stages(before, say), stages(after, say));
  add("options", options(before), options(after));
  add("limit_per_buyer", String(before.limit_per_buyer ?? "–"), String(after.limit_per_buyer ?? "–"));
  const had = new Map(before.skus.map((sku) => [sku.sku_id, sku]));
  for (const sku of after.skus) {
    const was = had.get(sku.sku_id);
    had.delete(sku.sku_id);
    if (!was) {
      found.push({ what: "sku_added", before: "", after: `${sku.name} ¥${textOfPrice(sku.price_minor)}` });
      continue;
    }
    add("sku_name", was.name, sku.name);
    add("price", `¥${textOfPrice(was.price_minor)}`, `¥${textOfPrice(sku.price_minor)}`, sku.name);
    add("sku_code", was.code ?? "–", sku.code ?? "–", sku.name);
    add("weight", `${was.weight_g ?? 0} g`, `${sku.weight_g ?? 0} g`, sku.name);
  }
  for (const sku of had.values()) found.push({ what: "sku_removed", before: sku.name, after: "" });
  return found;
}

const facts = (one: Snapshot) => (one.attributes ?? []).map((fact) => `${fact.name}: ${fact.value}`).join("; ");
const options = (one: Snapshot) => (one.options ?? []).map((option) => `${option.name}: ${option.values.join(" ")}`).join("; ");
const stages = (one: Snapshot, say: Say) => (one.provenance ?? []).map((stage) => [stage.title || say("stage", stage.kind), stage.place, stage.day].filter(Boolean).join(" ")).join("; ");
