/** Who is at the console, and their shop. One object for the whole app. */
import { api, ok } from "../../lib/api/client";
import { type Me, forgetMe, isSessionKnown, loadMe, me, signOut } from "../../lib/session.svelte";
import type { Shop } from "./wire";

type Phase = "loading" | "signed_out" | "ready" | "unreachable";

class Session {
  phase = $state<Phase>("loading");
  shop = $state.raw<Shop | null>(null);
  /** The session ended while pages were open: ask to sign in over them, so that nothing typed is lost. */
  hasLapsed = $state(false);
  #owner = "";

  async load(): Promise<void> {
    this.phase = "loading";
    const who = await loadMe();
    if (!isSessionKnown()) this.phase = "unreachable";
    else if (!who) this.phase = "signed_out";
    else await this.enter(who).catch(() => (this.phase = "unreachable"));
  }

  /** Signed in: read the shop. Pages of somebody else must not stay. */
  async enter(who: Me): Promise<void> {
    const { items } = await ok(api.GET("/api/shops/mine"));
    if (this.#owner && this.#owner !== who.account_id) location.reload();
    this.#owner = who.account_id;
    this.shop = items[0] ?? null;
    this.hasLapsed = false;
    this.phase = "ready";
  }

  async leave(): Promise<void> {
    await signOut();
    this.shop = null;
    this.#owner = "";
    this.phase = "signed_out";
  }

  lapse(): void {
    if (this.phase !== "ready" || this.hasLapsed) return;
    forgetMe();
    this.hasLapsed = true;
  }
}

export const session = new Session();
export { me };

api.use({
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && !schemaPath.startsWith("/api/sessions")) session.lapse();
  },
});

/** The shop of the pages that need one; they are not shown without. */
export function shopId(): string {
  if (!session.shop) throw new Error("no shop");
  return session.shop.shop_id;
}
