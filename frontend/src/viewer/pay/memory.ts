/** What this browser remembers of paying. Private windows may refuse storage: then it is asked, or looked up, again. */
type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const LAST_KEY = "xd_last_pay";
const SIGN_IN_KEY = "xd_pay_sign_in";

type Kept = { chargeId: string; orderIds: string[] };

export function rememberProvider(provider: string): void {
  attempt(() => localStorage.setItem(LAST_KEY, provider));
}

export function lastProvider(): string | null {
  return attempt(() => localStorage.getItem(LAST_KEY)) ?? null;
}

/** Which orders are to be paid, over the way to the provider's sign-in page and back. */
export function keepForSignIn(kept: Kept, store: () => Store = () => sessionStorage): void {
  attempt(() => store().setItem(SIGN_IN_KEY, JSON.stringify(kept)));
}

/** Those orders, once; null if this window did not go there for this charge. */
export function takeFromSignIn(chargeId: string, store: () => Store = () => sessionStorage): string[] | null {
  const kept = attempt(() => JSON.parse(store().getItem(SIGN_IN_KEY) ?? "null") as Kept | null);
  if (kept?.chargeId !== chargeId) return null;
  attempt(() => store().removeItem(SIGN_IN_KEY));
  return kept.orderIds;
}

function attempt<T>(deed: () => T): T | undefined {
  try {
    return deed();
  } catch {
    return undefined;
  }
}
