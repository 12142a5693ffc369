/** What the API answers, named by the routes that answer it. */
import type { paths } from "../../lib/api/schema";

type Answer<Operation> = Operation extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 ? (R[S] extends { content: { "application/json": infer T } } ? T : never) : never }[keyof R]
  : never;
type Get<Path extends keyof paths> = paths[Path] extends { get: infer Operation } ? Answer<Operation> : never;
type Post<Path extends keyof paths> = paths[Path] extends { post: infer Operation } ? Answer<Operation> : never;

export type Shop = Get<"/api/shops/{shop_id}">;
export type Product = Get<"/api/products/{product_id}">;
export type Picture = Post<"/api/media/pictures">;
export type StreamKey = Get<"/api/me/stream-key">;
export type Room = Get<"/api/rooms/{room_id}">;
export type RoomCard = Get<"/api/me/rooms">["items"][number];
export type RoomState = Room["state"];
export type Account = Room["host"];
export type Sales = Get<"/api/rooms/{room_id}/sales">;
export type Order = Get<"/api/orders/{order_id}">;
export type OrderState = Order["state"];
export type Coupon = Get<"/api/shops/{shop_id}/coupons">["items"][number];
export type Token = Get<"/api/me/tokens">["items"][number];
export type NewToken = Post<"/api/me/tokens">;
export type FlashSale = Get<"/api/shops/{shop_id}/flash-sales">["items"][number];
export type FreightTemplate = Get<"/api/shops/{shop_id}/freight-templates">["items"][number];
export type Category = Get<"/api/categories">["items"][number];
export type JournalEntry = Get<"/api/skus/{sku_id}/stock-journal">["items"][number];
export type Commission = Get<"/api/shops/{shop_id}/commissions">["items"][number];
export type MarketItem = Get<"/api/commission-market">["items"][number];
