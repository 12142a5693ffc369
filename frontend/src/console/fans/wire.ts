/** What the API answers about fans. */
import type { Schemas } from "../../lib/api/client";

export type FanCard = Schemas["FanCard"];
export type FanPage = Schemas["FanPage"];
export type FanGoods = Schemas["FanGoods"];
export type FanNote = FanPage["notes"][number];
export type Segment = FanCard["segment"];
export type SegmentList = Schemas["SegmentList"];
export type Thresholds = Schemas["ThresholdsView"];
export type FanPrediction = Schemas["FanPrediction"];
export type PredictionReport = Schemas["PredictionReport"];
export type FanMessages = Schemas["FanMessages"];
export type RepurchaseReport = Schemas["RepurchaseReport"];
export type Repurchase = RepurchaseReport["period"];
export type Cohort = Schemas["Cohort"];
export type Bringer = Schemas["Bringer"];
