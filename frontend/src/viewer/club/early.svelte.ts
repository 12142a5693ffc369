/** Which flash sales the reader may buy before others: those of clubs in which their level is high enough. */
import { api, ok } from "../../lib/api/client";
import type { BagItem } from "../../lib/live/fold";
import { early } from "../../lib/live/offer";
import { me } from "../../lib/session.svelte";

type Levels = Record<string, number>;
const standing = $state<{ whoId: string | null; levels: Levels }>({ whoId: null, levels: {} });
const asked = new Set<string>();

/** Joined, left or risen: what was known of this club is old. */
export function learnLevel(shopId: string, level: number): void {
  asked.add(shopId);
  standing.levels[shopId] = level;
}

/** The level of the reader in this shop's club, as far as it is known: 0 for no member. */
export function levelIn(shopId: string): number {
  return standing.levels[shopId] ?? 0;
}

async function ask(shopId: string): Promise<void> {
  if (asked.has(shopId)) return;
  asked.add(shopId);
  try {
    const club = await ok(api.GET("/api/fan-clubs/{shop_id}", { params: { path: { shop_id: shopId } } }));
    learnLevel(shopId, club.mine?.level ?? 0);
  } catch {
    asked.delete(shopId);
  }
}

/** Keep `early` right for these goods; answers what ends it. Only who is signed in is asked about, and only where it matters. */
export function learnEarly(bag: () => readonly BagItem[]): () => void {
  return $effect.root(() => {
    $effect(() => {
      const whoId = me()?.account_id ?? null;
      if (whoId !== standing.whoId) {
        asked.clear();
        standing.whoId = whoId;
        standing.levels = {};
      }
      for (const item of bag()) {
        for (const { flash_sale: sale } of item.skus) {
          if (!sale?.early_level) continue;
          if (whoId) void ask(item.shop_id);
          if ((standing.levels[item.shop_id] ?? 0) >= sale.early_level) early.add(sale.flash_sale_id);
          else early.delete(sale.flash_sale_id);
        }
      }
    });
  });
}
