/** Whom the viewer follows, as far as it was told: the same creator is met in many places. */
import { api, ok } from "../../lib/api/client";

class Follows {
  #known = $state.raw<Record<string, boolean>>({});
  #whoId: string | null = null;

  /** Null: nobody has said yet. */
  of(creatorId: string): boolean | null {
    return this.#known[creatorId] ?? null;
  }

  learn(creatorId: string, isFollowed: boolean): void {
    if (this.#known[creatorId] !== isFollowed) this.#known = { ...this.#known, [creatorId]: isFollowed };
  }

  async set(account_id: string, wanted: boolean): Promise<void> {
    const to = { params: { path: { account_id } } };
    if (wanted) await ok(api.PUT("/api/creators/{account_id}/follow", to));
    else await ok(api.DELETE("/api/creators/{account_id}/follow", to));
    this.learn(account_id, wanted);
  }

  /** What was told to one account says nothing of another; a visitor who signs in keeps what there is. */
  whoChanged(whoId: string | null): void {
    if (this.#whoId !== null && this.#whoId !== whoId) this.#known = {};
    this.#whoId = whoId;
  }
}

export const follows = new Follows();
