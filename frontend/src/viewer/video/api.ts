/** Short videos: what is said to the server. */
import { type Schemas, api, ok } from "../../lib/api/client";

export type Page<T> = { items: T[]; next_cursor: string | null };
export type CreatorCard = Schemas["CreatorCard"];
export type CreatorRoom = Schemas["CreatorRoom"];
export type CreatorView = Schemas["CreatorView"];
export type ReportReason = Schemas["ReportInput"]["reason"];
export type VideoCard = Schemas["VideoCard"];
export type VideoComment = Schemas["VideoCommentView"];
export type VideoView = Schemas["VideoView"];
export type FeedVideo = Schemas["FeedVideo"];
export type FeedRoom = Schemas["FeedRoom"];
export type FeedItem = Schemas["FeedItem"];
export type Why = Schemas["Why"];

const of = (video_id: string) => ({ params: { path: { video_id } } });

export function getFeed(tab: "discover" | "following", cursor?: string): Promise<Page<FeedItem>> {
  return ok(api.GET("/api/feed", { params: { query: { tab, cursor } } }));
}

export function getVideo(videoId: string): Promise<VideoView> {
  return ok(api.GET("/api/videos/{video_id}", of(videoId)));
}

export async function setLiked(videoId: string, isLiked: boolean): Promise<void> {
  if (isLiked) await ok(api.PUT("/api/videos/{video_id}/like", of(videoId)));
  else await ok(api.DELETE("/api/videos/{video_id}/like", of(videoId)));
}
