/** What the API answers, named by the routes that answer it. */
import type { paths } from "../../lib/api/schema";

type Answer<Operation> = Operation extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 ? (R[S] extends { content: { "application/json": infer T } } ? T : never) : never }[keyof R]
  : never;
type Get<Path extends keyof paths> = paths[Path] extends { get: infer Operation } ? Answer<Operation> : never;
type Post<Path extends keyof paths> = paths[Path] extends { post: infer Operation } ? Answer<Operation> : never;

export type MyShop = Get<"/api/shops/mine">["items"][number];
export type Right = MyShop["rights"][number];
export type ShopRole = MyShop["role"];
export type StaffList = Get<"/api/shops/{shop_id}/staff">;
export type StaffMember = StaffList["staff"][number];
export type Invitation = StaffList["invitations"][number];
export type NewInvitation = Post<"/api/shops/{shop_id}/staff-invitations">;
export type Invited = Post<"/api/staff-invitations/lookup">;
export type Deed = Get<"/api/shops/{shop_id}/deeds">["items"][number];
export type RuleNotice = Get<"/api/shops/{shop_id}/rule-notices">["items"][number];
export type NoticeSettings = Get<"/api/shops/{shop_id}/notice-settings">;
export type NoticeKind = NoticeSettings["wanted"][number];
export type ShopPage = Get<"/api/shops/{shop_id}/page">;
export type Shop = Get<"/api/shops/{shop_id}">;
export type Product = Get<"/api/products/{product_id}">;
export type Video = Get<"/api/media/videos/{video_id}">;
export type Picture = Post<"/api/media/pictures">;
export type StreamKey = Get<"/api/me/stream-key">;
export type Room = Get<"/api/rooms/{room_id}">;
export type Surfacing = Get<"/api/rooms/{room_id}/surfacing">;
export type RoomCard = Get<"/api/me/rooms">["items"][number];
export type RoomChoice = Get<"/api/shops/{shop_id}/campaign-rooms">["items"][number];
export type RoomState = Room["state"];
export type Account = Room["host"];
export type Sales = Get<"/api/rooms/{room_id}/sales">;
export type Order = Get<"/api/orders/{order_id}">;
export type OrderState = Order["state"];
export type Campaign = Get<"/api/shops/{shop_id}/campaigns">["items"][number];
export type CampaignReport = Get<"/api/shops/{shop_id}/campaigns/{campaign_id}">;
export type Flow = Get<"/api/shops/{shop_id}/flows">["items"][number];
export type Coupon = Get<"/api/shops/{shop_id}/coupons">["items"][number];
export type Token = Get<"/api/me/tokens">["items"][number];
export type NewToken = Post<"/api/me/tokens">;
export type FlashSale = Get<"/api/shops/{shop_id}/flash-sales">["items"][number];
export type FreightTemplate = Get<"/api/shops/{shop_id}/freight-templates">["items"][number];
export type Category = Get<"/api/categories">["items"][number];
export type JournalEntry = Get<"/api/skus/{sku_id}/stock-journal">["items"][number];
export type Commission = Get<"/api/shops/{shop_id}/commissions">["items"][number];
export type MarketItem = Get<"/api/commission-market">["items"][number];
