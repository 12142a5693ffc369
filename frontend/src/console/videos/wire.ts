/** What the API answers about one's own short videos. */
import type { Schemas } from "../../lib/api/client";

export type OwnVideo = Schemas["OwnVideo"];
export type OwnProduct = Schemas["OwnProduct"];
export type Vod = Schemas["VodInfo"];
export type VideoState = OwnVideo["state"];
export type VideoMetrics = Schemas["VideoMetrics"];
export type ReportedItem = Schemas["ReportedItem"];

export function isBeingMade(vod: Vod): boolean {
  return vod.state === "waiting" || vod.state === "working";
}
