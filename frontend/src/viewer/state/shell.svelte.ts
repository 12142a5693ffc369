/** What lies over the page: sheets that any page of the viewer's app can open. */
export type ShellSheet = { kind: "none" } | { kind: "account" } | { kind: "orders" } | { kind: "cart" };

const state = $state<{ sheet: ShellSheet["kind"] }>({ sheet: "none" });

export function openSheet(): ShellSheet["kind"] {
  return state.sheet;
}

export function showAccount(): void {
  state.sheet = "account";
}

export function showOrders(): void {
  state.sheet = "orders";
}

export function showCart(): void {
  state.sheet = "cart";
}

export function closeSheet(): void {
  state.sheet = "none";
}
