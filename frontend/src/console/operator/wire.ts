/** What operators work with, as the API tells it. */
import type { Schemas } from "../../lib/api/client";

export type Case = Schemas["AfterSaleView"];
export type CaseEvent = Schemas["AfterSaleEventView"];
export type Ruling = Schemas["Ruling"];
export type Payout = Schemas["OperatorPayoutView"];
export type PayoutState = Schemas["PayoutState"];
export type Batch = Schemas["BatchView"];
export type Results = Schemas["Results"];
export type Refund = Schemas["RefundView"];
export type Freeze = Schemas["FreezeView"];
export type OwnerKind = Schemas["OwnerKind"];
export type Difference = Schemas["Difference"];
export type WaitingProduct = Schemas["WaitingProduct"];
export type Category = Schemas["Category"];
export type WrittenNotice = Schemas["WrittenNotice"];
export type Coupon = Schemas["CouponView"];
