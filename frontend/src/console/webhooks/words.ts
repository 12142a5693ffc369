/** What types, states and errors of webhooks are called. */
import { t, tOr } from "../../lib/i18n/index.svelte";
import type { Delivery, Endpoint, WebhookType } from "./wire";

export type Tone = "plain" | "good" | "bad" | "earned";

/** `order.paid` → `订单已付款`. */
export function typeText(type: string): string {
  return tOr(`webhook_type_${type.replace(".", "_")}`, type);
}

export function areaText(area: string): string {
  return tOr(`webhook_area_${area}`, area);
}

/** What went wrong, in words; with the status that was answered, if any was. */
export function errorText(error: string, status: number | null): string {
  return tOr(`webhook_error_${error}`, error, { status: status ?? "" });
}

/** Waiting for the first time is no trouble; waiting after a failure is. */
export function stateOf(delivery: Delivery): { text: string; tone: Tone } {
  if (delivery.state === "delivered") return { text: t("webhook_delivered"), tone: "good" };
  if (delivery.state === "dead") return { text: t("webhook_dead"), tone: "bad" };
  return delivery.attempts > 0 ? { text: t("webhook_retrying"), tone: "earned" } : { text: t("webhook_waiting"), tone: "plain" };
}

export function healthOf(endpoint: Endpoint): { text: string; tone: Tone } {
  if (!endpoint.is_enabled) return { text: t("webhook_off"), tone: "plain" };
  if (endpoint.failing_since_ms) return { text: t("webhook_failing"), tone: "bad" };
  return endpoint.last_success_at_ms ? { text: t("webhook_healthy"), tone: "good" } : { text: t("webhook_untried"), tone: "plain" };
}

/** The types by area, in the order in which the server tells them. */
export function byArea(types: readonly WebhookType[]): { area: string; types: WebhookType[] }[] {
  const areas = new Map<string, WebhookType[]>();
  for (const type of types) if (type.type !== "endpoint.test") areas.set(type.area, [...(areas.get(type.area) ?? []), type]);
  return [...areas].map(([area, listed]) => ({ area, types: listed }));
}

/** `180` → `180 ms`, `2400` → `2.4 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
