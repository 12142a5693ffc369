/** What programs may be allowed, in the order in which people think of a shop. */
import type { Scope } from "./wire";

export type Area = { area: string; read: Scope; write: Scope | null };

export const AREAS: readonly Area[] = [
  { area: "orders", read: "orders:read", write: "orders:write" },
  { area: "products", read: "products:read", write: "products:write" },
  { area: "stock", read: "stock:read", write: "stock:write" },
  { area: "aftersales", read: "aftersales:read", write: "aftersales:write" },
  { area: "promotion", read: "promotion:read", write: "promotion:write" },
  { area: "rooms", read: "rooms:read", write: "rooms:write" },
  { area: "customers", read: "customers:read", write: null },
  { area: "fans", read: "fans:read", write: "fans:write" },
  { area: "audience", read: "audience:read", write: null },
  { area: "shop", read: "shop:read", write: "shop:write" },
  { area: "staff", read: "staff:read", write: "staff:write" },
  { area: "webhooks", read: "webhooks:read", write: "webhooks:write" },
  { area: "bulk", read: "bulk:read", write: "bulk:write" },
  { area: "finance", read: "finance:read", write: "finance:write" },
];

/** What most programs of a shop's own need. */
export const USUAL: readonly Scope[] = ["orders:read", "orders:write", "products:read", "stock:read", "stock:write"];

export const ALL: readonly Scope[] = AREAS.flatMap(({ read, write }) => (write ? [read, write] : [read]));

/** Key of the sentence that says what a scope lets one do. */
export function textKey(scope: Scope): string {
  return `scope_${scope.replace(":", "_")}`;
}

/** In our order, whatever order they came in. */
export function sortScopes(scopes: readonly Scope[]): Scope[] {
  return ALL.filter((scope) => scopes.includes(scope));
}

export function toggle(scopes: readonly Scope[], scope: Scope): Scope[] {
  return sortScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);
}
