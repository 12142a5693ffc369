/** What rows offer to choose from: categories, rooms, coupons; asked for when a row first needs them. */
import { api, ok } from "../../../lib/api/client";
import { language } from "../../../lib/i18n/index.svelte";
import { shopId } from "../../state/session.svelte";

interface Choice {
  value: string;
  text: string;
}
type Kind = "category" | "room" | "coupon";

async function categories(): Promise<Choice[]> {
  const { items } = await ok(api.GET("/api/categories"));
  return items.map((each) => ({ value: each.code, text: language() === "zh" ? each.name_zh : each.name_en }));
}
async function rooms(): Promise<Choice[]> {
  const { items } = await ok(api.GET("/api/me/rooms", { params: { query: { limit: 100 } } }));
  return items.map((each) => ({ value: each.room_id, text: each.title }));
}
async function coupons(): Promise<Choice[]> {
  const { items } = await ok(api.GET("/api/shops/{shop_id}/coupons", { params: { path: { shop_id: shopId() }, query: { limit: 100 } } }));
  return items.map((each) => ({ value: each.coupon_id, text: each.title || each.code }));
}
const sources: Record<Kind, () => Promise<Choice[]>> = { category: categories, room: rooms, coupon: coupons };

export class Choices {
  #known = $state.raw<Partial<Record<Kind, Choice[]>>>({});
  readonly #asked = new Set<Kind>();

  /** What there is; what was chosen and is no longer listed stays to be seen. */
  of(kind: Kind, chosen: string): Choice[] {
    const known = this.#known[kind] ?? [];
    return chosen && !known.some((each) => each.value === chosen) ? [...known, { value: chosen, text: chosen }] : known;
  }

  ask(kind: Kind): void {
    if (this.#asked.has(kind)) return;
    this.#asked.add(kind);
    void sources[kind]().then((found) => (this.#known = { ...this.#known, [kind]: found })).catch(() => this.#asked.delete(kind));
  }
}
