/** The room-control API, as a host's hand uses it: every deed says why it failed. */
import { api, ok, textOf } from "../../lib/api/client";
import { toast } from "../../lib/ui";

/** Do it; on a refusal say so and answer false. */
export async function attempt(deed: () => Promise<unknown>): Promise<boolean> {
  try {
    await deed();
    return true;
  } catch (error) {
    toast(textOf(error), "bad");
    return false;
  }
}

export class RoomControl {
  constructor(private readonly room_id: string) {}

  #path<T extends object>(more: T): { params: { path: { room_id: string } & T } } {
    return { params: { path: { room_id: this.room_id, ...more } } };
  }

  setBag(product_ids: string[]): Promise<unknown> {
    return ok(api.PUT("/api/rooms/{room_id}/control/bag", { ...this.#path({}), body: { product_ids } }));
  }

  feature(product_id: string): Promise<unknown> {
    return ok(api.PUT("/api/rooms/{room_id}/control/featured", { ...this.#path({}), body: { product_id } }));
  }

  unfeature(): Promise<unknown> {
    return ok(api.DELETE("/api/rooms/{room_id}/control/featured", this.#path({})));
  }

  setPrice(sku_id: string, price_minor: number): Promise<unknown> {
    return ok(api.PUT("/api/rooms/{room_id}/control/skus/{sku_id}/price", { ...this.#path({ sku_id }), body: { price_minor } }));
  }

  resetPrice(sku_id: string): Promise<unknown> {
    return ok(api.DELETE("/api/rooms/{room_id}/control/skus/{sku_id}/price", this.#path({ sku_id })));
  }

  setStock(sku_id: string, available: number): Promise<unknown> {
    return ok(api.PUT("/api/rooms/{room_id}/control/skus/{sku_id}/stock", { ...this.#path({ sku_id }), body: { available } }));
  }

  pin(comment_id: string): Promise<unknown> {
    return ok(api.PUT("/api/rooms/{room_id}/control/pinned", { ...this.#path({}), body: { comment_id } }));
  }

  unpin(): Promise<unknown> {
    return ok(api.DELETE("/api/rooms/{room_id}/control/pinned", this.#path({})));
  }

  removeComment(comment_id: string): Promise<unknown> {
    return ok(api.DELETE("/api/rooms/{room_id}/control/comments/{comment_id}", this.#path({ comment_id })));
  }

  mute(account_id: string): Promise<unknown> {
    return ok(api.PUT("/api/rooms/{room_id}/control/muted/{account_id}", this.#path({ account_id })));
  }

  unmute(account_id: string): Promise<unknown> {
    return ok(api.DELETE("/api/rooms/{room_id}/control/muted/{account_id}", this.#path({ account_id })));
  }

  say(text: string): Promise<unknown> {
    return ok(api.POST("/api/rooms/{room_id}/comments", { ...this.#path({}), body: { text } }));
  }

  end(): Promise<unknown> {
    return ok(api.POST("/api/rooms/{room_id}/control/end", this.#path({})));
  }
}
