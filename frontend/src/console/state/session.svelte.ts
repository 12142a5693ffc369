/** Who is at the console, the shops they work for, and which of them is looked at. One object for the whole app. */
import { api, ok } from "../../lib/api/client";
import { type Me, forgetMe, isSessionKnown, loadMe, me, signOut } from "../../lib/session.svelte";
import type { MyShop, Right, Shop } from "./wire";

type Phase = "loading" | "signed_out" | "ready" | "unreachable";

const CHOSEN = "xd_shop";
/** What one may do may have changed; so often at most it is asked again. */
const REFRESH_MS = 5_000;

class Session {
  phase = $state<Phase>("loading");
  shops = $state.raw<MyShop[]>([]);
  shop = $state.raw<MyShop | null>(null);
  /** The session ended while pages were open: ask to sign in over them, so that nothing typed is lost. */
  hasLapsed = $state(false);
  #owner = "";
  #refreshedAt = 0;

  async load(): Promise<void> {
    this.phase = "loading";
    const who = await loadMe();
    if (!isSessionKnown()) this.phase = "unreachable";
    else if (!who) this.phase = "signed_out";
    else await this.enter(who).catch(() => (this.phase = "unreachable"));
  }

  /** Signed in: read the shops. Pages of somebody else must not stay. */
  async enter(who: Me): Promise<void> {
    await this.#read();
    if (this.#owner && this.#owner !== who.account_id) location.reload();
    this.#owner = who.account_id;
    this.hasLapsed = false;
    this.phase = "ready";
  }

  /** Look at another of the shops from now on. */
  choose(shop_id: string): void {
    this.shop = this.shops.find((shop) => shop.shop_id === shop_id) ?? this.shop;
    if (this.shop) keep(this.shop.shop_id);
  }

  /** One's own shop was opened, or one has joined another: read what may be done there. */
  async join(shop_id: string): Promise<void> {
    keep(shop_id);
    await this.#read();
  }

  /** The shop was changed. */
  take(changed: Shop): void {
    this.shops = this.shops.map((shop) => (shop.shop_id === changed.shop_id ? { ...shop, ...changed } : shop));
    if (this.shop?.shop_id === changed.shop_id) this.shop = { ...this.shop, ...changed };
  }

  /** Something was refused: perhaps another role, or none, since the rights were read. */
  async refresh(): Promise<void> {
    if (this.phase !== "ready" || Date.now() - this.#refreshedAt < REFRESH_MS) return;
    this.#refreshedAt = Date.now();
    await this.#read().catch(() => undefined);
  }

  async #read(): Promise<void> {
    this.#refreshedAt = Date.now();
    const { items } = await ok(api.GET("/api/shops/mine"));
    const wanted = kept();
    const next = items.find((shop) => shop.shop_id === wanted) ?? items[0] ?? null;
    this.shops = items;
    // Pages hold on to the shop they were opened for: the same one must stay the same object.
    if (JSON.stringify(next) !== JSON.stringify(this.shop)) this.shop = next;
  }

  async leave(): Promise<void> {
    await signOut();
    this.shop = null;
    this.shops = [];
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
    if (response.status === 403 || (response.status === 404 && schemaPath.startsWith("/api/shops/{shop_id}"))) void session.refresh();
  },
});

/** The shop of the pages that need one; they are not shown without. */
export function shopId(): string {
  if (!session.shop) throw new Error("no shop");
  return session.shop.shop_id;
}

/** Whether one owns a shop: then its fans are the shop's, and one's own are those brought to others. */
export function hasOwnShop(): boolean {
  return session.shops.some((shop) => shop.role === "owner");
}

/** Whether one's role in the shop that is looked at gives a right. */
export function may(right: Right): boolean {
  return session.shop?.rights.includes(right) ?? false;
}

function kept(): string {
  try {
    return localStorage.getItem(CHOSEN) ?? "";
  } catch {
    return "";
  }
}

function keep(shop_id: string): void {
  try {
    localStorage.setItem(CHOSEN, shop_id);
  } catch {
    // A full or forbidden storage: the first shop is shown next time.
  }
}
