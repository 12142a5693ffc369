/** How many pieces more or fewer, as typed. Pure. */
import type { MessageKey } from "../../lib/i18n/index.svelte";

/** `+5`, `5`, `−3`. A restock only adds; a correction cannot take more than can be bought. */
export function readDelta(text: string, kind: "restock" | "correction", available: number): number | MessageKey {
  const plain = text.normalize("NFKC").replace(/[−–]/g, "-").trim();
  if (!plain) return "required";
  if (!/^[+-]?\d{1,8}$/.test(plain) || Number(plain) === 0) return "stock_malformed";
  const delta = Number(plain);
  if (kind === "restock") return delta > 0 ? delta : "count_malformed";
  return available + delta < 0 ? "stock_delta_too_low" : delta;
}
