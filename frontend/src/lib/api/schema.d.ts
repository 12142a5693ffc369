/* Stands in for the file that `npm run api` generates from openapi.json, in the same shapes. */
type Json<T> = { headers: Record<string, unknown>; content: { "application/json": T } };
type Params<P, Q> = { query?: Q; header?: Record<string, string>; path: P; cookie?: never };
type Op<R, P = Record<never, never>, Q = Record<never, never>, B = undefined, S extends number = 200> = {
  parameters: Record<never, never> extends P ? Partial<Params<P, Q>> : Params<P, Q>;
  responses: { [K in S]: Json<R> } & { 400: Json<components["schemas"]["Problem"]> };
} & (B extends undefined ? { requestBody?: never } : { requestBody: { content: { "application/json": B } } });
type Get<R, P = Record<never, never>, Q = Record<never, never>> = Op<R, P, Q>;
type Done<P = Record<never, never>, B = undefined> = Op<never, P, Record<never, never>, B, 204>;
type Made<R, B, P = Record<never, never>> = Op<R, P, Record<never, never>, B, 201>;
type Changed<R, B, P = Record<never, never>> = Op<R, P, Record<never, never>, B, 200>;
type Paging = { cursor?: string; limit?: number };
type Items<T> = { items: T[] };
type Page<T> = { items: T[]; next_cursor: string | null };
type Schemas = components["schemas"];

export interface components {
  schemas: {
    Problem: { type: string; title: string; status: number; code: string; field?: string | null; params?: Record<string, unknown> };
    Me: { account_id: string; display_name: string; avatar_url: string | null; is_operator: boolean; sign_in_masked: string };
    Address: { address_id: string; recipient: string; phone: string; region: string; detail: string; is_default: boolean };
    AddressInput: { recipient: string; phone: string; region: string; detail: string; is_default: boolean };
    Token: { token_id: string; name: string; scopes: string[]; created_at_ms: number; last_used_at_ms: number | null };
    NewToken: { token_id: string; token: string; name: string; scopes: string[]; created_at_ms: number; last_used_at_ms: number | null };
    Shop: { shop_id: string; name: string; owner_id: string; is_open: boolean };
    Creator: { account_id: string; display_name: string; avatar_url: string | null; fans: number; is_followed: boolean };
    Sku: { sku_id: string; product_id: string; shop_id: string; name: string; price_minor: number; available: number };
    Product: {
      product_id: string; shop_id: string; title: string; description: string; picture_urls: string[];
      state: "draft" | "on_sale" | "off"; currency: string; skus: Schemas["Sku"][];
    };
    Picture: { url: string; width: number; height: number };
    StreamKey: { stream_key: string; rtmp_url: string; publisher_url: string };
    Host: { account_id: string; display_name: string; avatar_url: string | null };
    RoomCard: {
      room_id: string; title: string; cover_url: string | null; host: Schemas["Host"];
      state: "planned" | "on_air" | "interrupted" | "ended"; online: number;
      started_at_ms: number | null; ended_at_ms: number | null;
    };
    RoomView: {
      room_id: string; title: string; cover_url: string | null; host: Schemas["Host"]; shop_id: string | null;
      state: "planned" | "on_air" | "interrupted" | "ended"; started_at_ms: number | null; ended_at_ms: number | null;
      duration_ms: number | null; playback_url: string; gateway_url: string; server_now_ms: number;
    };
    BagSku: { sku_id: string; name: string; list_price_minor: number; price_minor: number; available: number };
    BagItem: {
      number: number; product_id: string; shop_id: string; title: string; picture_url: string | null;
      currency: string; skus: Schemas["BagSku"][];
    };
    Comment: { comment_id: string; account_id: string; name: string; text: string; is_host: boolean; at_ms: number };
    Featured: { cue_id: string; product_id: string; at_ms: number };
    Snapshot: {
      room_id: string; tick: number; state: "planned" | "on_air" | "interrupted" | "ended"; bag: Schemas["BagItem"][];
      featured: Schemas["Featured"] | null; pinned: Schemas["Comment"] | null; comments: Schemas["Comment"][];
      online: number; delay_ms: number | null; likes: number; buyers: number;
    };
    StateMoment: { kind: "state"; at_ms: number; state: "planned" | "on_air" | "interrupted" | "ended" };
    BagMoment: { kind: "bag"; at_ms: number; items: Schemas["BagItem"][] };
    FeaturedMoment: { kind: "featured"; at_ms: number; cue_id: string; product_id: string };
    UnfeaturedMoment: { kind: "unfeatured"; at_ms: number; cue_id: string };
    PriceMoment: { kind: "price"; at_ms: number; product_id: string; sku_id: string; price_minor: number };
    StockMoment: { kind: "stock"; at_ms: number; product_id: string; sku_id: string; available: number };
    CommentMoment: { kind: "comment"; at_ms: number; comment_id: string; account_id: string; name: string; text: string; is_host: boolean };
    CommentPinnedMoment: { kind: "comment_pinned"; at_ms: number; comment_id: string | null; name: string | null; text: string | null; account_id?: string | null; is_host?: boolean };
    CommentRemovedMoment: { kind: "comment_removed"; at_ms: number; comment_id: string };
    MutedMoment: { kind: "muted"; at_ms: number; account_id: string };
    LikesMoment: { kind: "likes"; at_ms: number; count: number };
    ViewersMoment: { kind: "viewers"; at_ms: number; online: number; delay_ms: number | null };
    PurchaseMoment: { kind: "purchase"; at_ms: number; name: string; product_id: string; title: string; quantity: number; buyers?: number };
    PulseMoment: { kind: "pulse"; at_ms: number };
    Tick: {
      tick: number;
      moments: (
        | Schemas["StateMoment"] | Schemas["BagMoment"] | Schemas["FeaturedMoment"] | Schemas["UnfeaturedMoment"]
        | Schemas["PriceMoment"] | Schemas["StockMoment"] | Schemas["CommentMoment"] | Schemas["CommentPinnedMoment"]
        | Schemas["CommentRemovedMoment"] | Schemas["MutedMoment"] | Schemas["LikesMoment"] | Schemas["ViewersMoment"]
        | Schemas["PurchaseMoment"] | Schemas["PulseMoment"]
      )[];
    };
    Ticks: { next: number; ticks: Schemas["Tick"][] };
    Cue: { cue_id: string; product_id: string; start_ms: number; end_ms: number | null };
    ControlEntry: { seq: number; kind: string; at_ms: number; moment: Schemas["Tick"]["moments"][number] };
    CheckoutLine: { sku_id: string; quantity: number; price_minor: number };
    CheckoutInput: {
      room_id: string | null; address_id: string; lines: Schemas["CheckoutLine"][]; coupon_code: string | null;
      is_quiet: boolean; note: string;
    };
    QuoteInput: { room_id: string | null; lines: Schemas["CheckoutLine"][]; coupon_code: string | null };
    Quote: {
      subtotal_minor: number; off_minor: number; freight_minor: number; total_minor: number; currency: string;
      coupon_refused: string | null;
    };
    OrderLine: {
      sku_id: string; product_id: string; title: string; sku_name: string; picture_url: string | null; quantity: number;
      price_minor: number; amount_minor: number;
    };
    OrderAddress: { recipient: string; phone: string; region: string; detail: string };
    Shipment: { carrier: string; tracking_number: string; shipped_at_ms: number };
    OrderStep: { state: Schemas["OrderState"]; at_ms: number; by: string; reason: string | null };
    OrderState: "pending_payment" | "paid" | "shipped" | "delivered" | "completed" | "cancelled";
    Order: {
      order_id: string; number: string; shop_id: string; shop_name: string; state: Schemas["OrderState"];
      lines: Schemas["OrderLine"][]; subtotal_minor: number; off_minor: number; freight_minor: number; total_minor: number;
      currency: string; address: Schemas["OrderAddress"]; room_id: string | null; is_quiet: boolean; note: string;
      placed_at_ms: number; expires_at_ms: number | null; paid_at_ms: number | null; shipment: Schemas["Shipment"] | null;
      history: Schemas["OrderStep"][]; allowed: string[];
    };
    Payment: { charge_id: string; state: string; pay_url: string | null; amount_minor: number; currency: string };
    SandboxCharge: { charge_id: string; amount_minor: number; currency: string; state: string };
    Sales: { orders: number; paid_orders: number; sales_minor: number; currency: string };
    Coupon: {
      coupon_id: string; code: string; off_minor: number; min_spend_minor: number; quota: number; per_account: number;
      valid_until_ms: number; redeemed?: number;
    };
  };
}

type Room = { room_id: string };
type OrderPath = { order_id: string };
type ShopPath = { shop_id: string };

export interface paths {
  "/api/accounts": { post: Made<Schemas["Me"], { sign_in: string; password: string; display_name: string }> };
  "/api/sessions": { post: Made<Schemas["Me"], { sign_in: string; password: string }> };
  "/api/sessions/current": { delete: Done };
  "/api/me": { get: Get<Schemas["Me"]>; patch: Changed<Schemas["Me"], { display_name?: string; avatar_url?: string | null }> };
  "/api/me/addresses": { get: Get<Items<Schemas["Address"]>>; post: Made<Schemas["Address"], Schemas["AddressInput"]> };
  "/api/me/addresses/{address_id}": {
    put: Changed<Schemas["Address"], Schemas["AddressInput"], { address_id: string }>;
    delete: Done<{ address_id: string }>;
  };
  "/api/me/tokens": { get: Get<Items<Schemas["Token"]>>; post: Made<Schemas["NewToken"], { name: string; scopes: string[] }> };
  "/api/me/tokens/{token_id}": { delete: Done<{ token_id: string }> };
  "/api/me/rooms": { get: Get<Page<Schemas["RoomCard"]>, Record<never, never>, Paging> };
  "/api/me/stream-key": { get: Get<Schemas["StreamKey"]> };
  "/api/me/stream-key/rotation": { post: Made<Schemas["StreamKey"], undefined> };
  "/api/me/orders": { get: Get<Page<Schemas["Order"]>, Record<never, never>, Paging & { state?: Schemas["OrderState"] }> };
  "/api/shops": { post: Made<Schemas["Shop"], { name: string }> };
  "/api/shops/mine": { get: Get<Items<Schemas["Shop"]>> };
  "/api/shops/{shop_id}": { get: Get<Schemas["Shop"], ShopPath>; patch: Changed<Schemas["Shop"], { name?: string; is_open?: boolean }, ShopPath> };
  "/api/shops/{shop_id}/products": {
    get: Get<Page<Schemas["Product"]>, ShopPath, Paging & { state?: string; q?: string }>;
    post: Made<
      Schemas["Product"],
      { title: string; description: string; picture_urls: string[]; state: string; skus: { name: string; price_minor: number; stock: number }[] },
      ShopPath
    >;
  };
  "/api/shops/{shop_id}/orders": { get: Get<Page<Schemas["Order"]>, ShopPath, Paging & { room_id?: string; state?: string }> };
  "/api/shops/{shop_id}/coupons": {
    get: Get<Page<Schemas["Coupon"]>, ShopPath, Paging>;
    post: Made<
      Schemas["Coupon"],
      { code: string; off_minor: number; min_spend_minor: number; quota: number; per_account: number; valid_until_ms: number },
      ShopPath
    >;
  };
  "/api/creators/{account_id}": { get: Get<Schemas["Creator"], { account_id: string }> };
  "/api/creators/{account_id}/follow": { put: Done<{ account_id: string }>; delete: Done<{ account_id: string }> };
  "/api/products/{product_id}": {
    get: Get<Schemas["Product"], { product_id: string }>;
    patch: Changed<
      Schemas["Product"],
      {
        title?: string; description?: string; picture_urls?: string[]; state?: string;
        skus?: { sku_id?: string; name: string; price_minor: number; stock?: number }[];
      },
      { product_id: string }
    >;
  };
  "/api/skus/{sku_id}/stock": { put: Changed<Schemas["Sku"], { available: number }, { sku_id: string }> };
  "/api/media/pictures": { post: Made<Schemas["Picture"], { file: string }> };
  "/api/rooms": {
    get: Get<Page<Schemas["RoomCard"]>, Record<never, never>, Paging & { state?: "on_air" | "planned" | "ended" }>;
    post: Made<Schemas["RoomView"], { title: string; cover_url?: string | null }>;
  };
  "/api/rooms/{room_id}": { get: Get<Schemas["RoomView"], Room>; patch: Changed<Schemas["RoomView"], { title?: string; cover_url?: string | null }, Room> };
  "/api/rooms/{room_id}/cues": { get: Get<Items<Schemas["Cue"]>, Room> };
  "/api/rooms/{room_id}/comments": { post: Made<{ comment_id: string }, { text: string }, Room> };
  "/api/rooms/{room_id}/likes": { post: Done<Room, { count: number }> };
  "/api/rooms/{room_id}/sales": { get: Get<Schemas["Sales"], Room> };
  "/api/rooms/{room_id}/control/bag": { put: Done<Room, { product_ids: string[] }> };
  "/api/rooms/{room_id}/control/featured": {
    put: Changed<{ cue_id: string; at_ms: number }, { product_id: string; at_ms?: number }, Room>;
    delete: Done<Room>;
  };
  "/api/rooms/{room_id}/control/skus/{sku_id}/price": {
    put: Done<Room & { sku_id: string }, { price_minor: number }>;
    delete: Done<Room & { sku_id: string }>;
  };
  "/api/rooms/{room_id}/control/skus/{sku_id}/stock": { put: Done<Room & { sku_id: string }, { available: number }> };
  "/api/rooms/{room_id}/control/pinned": { put: Done<Room, { comment_id: string }>; delete: Done<Room> };
  "/api/rooms/{room_id}/control/comments/{comment_id}": { delete: Done<Room & { comment_id: string }> };
  "/api/rooms/{room_id}/control/muted/{account_id}": {
    put: Done<Room & { account_id: string }>;
    delete: Done<Room & { account_id: string }>;
  };
  "/api/rooms/{room_id}/control/end": { post: Done<Room> };
  "/api/rooms/{room_id}/control/log": {
    get: Get<{ items: Schemas["ControlEntry"][]; next: number | null }, Room, { after?: number; limit?: number }>;
  };
  "/live/{room_id}/snapshot": { get: Get<Schemas["Snapshot"], Room> };
  "/live/{room_id}/ticks/{tick}": { get: Get<Schemas["Ticks"], Room & { tick: number }, { count?: number }> };
  "/api/checkout": { post: Made<Schemas["Order"], Schemas["CheckoutInput"]> };
  "/api/checkout/quote": { post: Changed<Schemas["Quote"], Schemas["QuoteInput"]> };
  "/api/orders/{order_id}": { get: Get<Schemas["Order"], OrderPath> };
  "/api/orders/{order_id}/payment": { post: Made<Schemas["Payment"], { provider: string }, OrderPath> };
  "/api/orders/{order_id}/cancel": { post: Changed<Schemas["Order"], { reason?: string }, OrderPath> };
  "/api/orders/{order_id}/receipt": { post: Changed<Schemas["Order"], undefined, OrderPath> };
  "/api/orders/{order_id}/shipment": { post: Changed<Schemas["Order"], { carrier: string; tracking_number: string }, OrderPath> };
  "/api/sandbox/charges/{charge_id}": { get: Get<Schemas["SandboxCharge"], { charge_id: string }> };
  "/api/sandbox/charges/{charge_id}/decision": {
    post: Changed<Schemas["SandboxCharge"], { outcome: "succeed" | "fail" }, { charge_id: string }>;
  };
}
