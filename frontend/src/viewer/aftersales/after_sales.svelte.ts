/** The buyer's after-sales, newest first. */
import { ApiProblem } from "../../lib/api/client";
import { type AfterSale, type Said, getAfterSale, listMine, say } from "./api";

const PAGE = 10;

export class AfterSaleList {
  items = $state.raw<AfterSale[] | null>(null);
  nextCursor = $state<string | null>(null);
  isLoading = $state(false);
  problem = $state.raw<ApiProblem | null>(null);

  async load(cursor?: string): Promise<void> {
    this.isLoading = true;
    try {
      const page = await listMine(PAGE, cursor);
      this.items = cursor ? [...(this.items ?? []), ...page.items] : page.items;
      this.nextCursor = page.next_cursor;
      this.problem = null;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.problem = error;
    } finally {
      this.isLoading = false;
    }
  }

  find(id: string): AfterSale | null {
    return this.items?.find((one) => one.after_sale_id === id) ?? null;
  }

  async refresh(id: string): Promise<AfterSale> {
    return this.take(await getAfterSale(id));
  }

  /** Say something for the buyer; answers how it stands then. */
  async say(id: string, said: Said): Promise<AfterSale> {
    return this.take(await say(id, said));
  }

  take(fresh: AfterSale): AfterSale {
    const others = this.items ?? [];
    const isKnown = others.some((one) => one.after_sale_id === fresh.after_sale_id);
    this.items = isKnown ? others.map((one) => (one.after_sale_id === fresh.after_sale_id ? fresh : one)) : [fresh, ...others];
    return fresh;
  }
}
