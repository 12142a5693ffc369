/** Labels and slips as PDF in a tab of their own; more than fit into one answer are made by a job. */
import { newKey } from "../../lib/api/attempt";
import { api, ok } from "../../lib/api/client";
import { language } from "../../lib/i18n/index.svelte";
import { shopId } from "../state/session.svelte";

export type PrintKind = "label" | "slip";
export const MOST_AT_ONCE = 100;
export const MOST = 500;
const FREED_AFTER_MS = 60_000;

/** Opens the PDF, or answers the id of the job that makes it. */
export async function printOrders(kind: PrintKind, order_ids: string[]): Promise<string | null> {
  const path = { shop_id: shopId() };
  if (order_ids.length > MOST_AT_ONCE) {
    const body = { kind: "order_print", options: { kind, order_ids, language: language() } };
    const job = await ok(api.POST("/api/shops/{shop_id}/jobs", { params: { path, header: { "Idempotency-Key": newKey() } }, body }));
    return job.job_id;
  }
  // Opened before anything is awaited: a window that opens later is taken for an advertisement.
  const tab = window.open("", "_blank");
  try {
    const pdf = await ok(api.POST("/api/shops/{shop_id}/order-prints", { params: { path }, body: { kind, order_ids }, parseAs: "blob" }));
    const url = URL.createObjectURL(pdf as unknown as Blob);
    if (tab) tab.location.href = url;
    else window.location.href = url;
    setTimeout(() => URL.revokeObjectURL(url), FREED_AFTER_MS);
  } catch (error) {
    tab?.close();
    throw error;
  }
  return null;
}
