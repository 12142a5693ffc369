/** The address goods come back to: the shop's own from its settings, else the last one typed on this device. */
import { api, ok } from "../../lib/api/client";
import type { ReturnAddress } from "./api";

const KEPT = "xd_return_address";
const FIELDS = ["recipient", "phone", "region", "detail"] as const;
type Field = (typeof FIELDS)[number];

export function readAddress(typed: ReturnAddress): { address: ReturnAddress; missing: Field[] } {
  const address = { recipient: typed.recipient.trim(), phone: typed.phone.normalize("NFKC").trim(), region: typed.region.trim(), detail: typed.detail.trim() };
  return { address, missing: FIELDS.filter((field) => !address[field]) };
}

export function rememberedAddress(): ReturnAddress {
  const empty = { recipient: "", phone: "", region: "", detail: "" };
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    if (typeof kept !== "object" || kept === null) return empty;
    const texts = Object.entries(kept).filter(([field, text]) => (FIELDS as readonly string[]).includes(field) && typeof text === "string");
    return { ...empty, ...Object.fromEntries(texts) };
  } catch {
    return empty;
  }
}

/** What the shop has set; the remembered one if it has not, or cannot be asked. */
export async function loadAddress(shop_id: string): Promise<ReturnAddress> {
  try {
    const { return_address } = await ok(api.GET("/api/shops/{shop_id}/return-address", { params: { path: { shop_id } } }));
    return return_address ?? rememberedAddress();
  } catch {
    return rememberedAddress();
  }
}

export function rememberAddress(address: ReturnAddress): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(address));
  } catch {
    // A full or forbidden storage: it is typed again next time.
  }
}
