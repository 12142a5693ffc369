/** Roles, rights and deeds in the reader's words. */
import { t, tOr } from "../../lib/i18n/index.svelte";
import type { Deed, Right, ShopRole } from "../state/wire";

export function roleName(role: ShopRole): string {
  return t(`role.${role}`);
}

/** What somebody with this role does, in one line. */
export function roleText(role: ShopRole): string {
  return tOr(`role_text.${role}`, "");
}

export function rightName(right: Right): string {
  return tOr(`right.${right}`, right);
}

/** What was done, as a sentence; the bare code of a deed that has none. */
export function sentenceOf(deed: Pick<Deed, "deed" | "details">): string {
  const details: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(deed.details)) {
    details[name] = name === "role" ? tOr(`role.${value}`, String(value)) : typeof value === "number" ? value : String(value ?? "");
  }
  return tOr(`deed.${deed.deed}`, deed.deed, details).trim();
}

const PAGES: Record<string, (target: string) => string> = {
  order: (id) => `/console/orders?order=${id}`,
  aftersale: (id) => `/console/after-sales?id=${id}`,
  product: (id) => `/console/products/${id}`,
  stock: (id) => `/console/products/${id}`,
  commission: (id) => `/console/products/${id}`,
  flash_sale: (id) => `/console/products/${id}`,
  freight: () => "/console/freight",
  coupon: () => "/console/coupons",
  money: () => "/console/money",
  notice: () => "/console/settings/notices",
  room: (id) => `/console/rooms/${id}`,
};

/** Where what a deed was done to is shown; null if there is no such page. */
export function linkOf(deed: Pick<Deed, "deed" | "target">): string | null {
  const area = deed.deed.split(".")[0] ?? "";
  return deed.target ? (PAGES[area]?.(deed.target) ?? null) : null;
}
