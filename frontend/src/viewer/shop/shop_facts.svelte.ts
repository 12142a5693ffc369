/** What a shop tells its buyers of itself. */
import { type Schemas, api, ok, textOf } from "../../lib/api/client";

export type ShopPage = Schemas["ShopPage"];

function askPage(shop_id: string): Promise<ShopPage> {
  return ok(api.GET("/api/shops/{shop_id}/page", { params: { path: { shop_id } } }));
}

export class ShopFacts {
  /** Null until the server has answered. */
  page = $state.raw<ShopPage | null>(null);
  problem = $state("");
  #shopId: string | null = null;

  constructor(private readonly ask: (shopId: string) => Promise<ShopPage> = askPage) {}

  /** What is known of the same shop stays until there is news of it. */
  async load(shopId: string): Promise<void> {
    if (shopId !== this.#shopId) this.page = null;
    this.#shopId = shopId;
    this.problem = "";
    try {
      const page = await this.ask(shopId);
      if (shopId === this.#shopId) this.page = page;
    } catch (error) {
      if (shopId === this.#shopId) this.problem = textOf(error);
    }
  }

  again = (): void => {
    if (this.#shopId) void this.load(this.#shopId);
  };
}
