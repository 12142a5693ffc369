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
type RoomState = Schemas["RoomView"]["state"];

const of = (video_id: string) => ({ params: { path: { video_id } } });

export function getFeed(tab: "discover" | "following", cursor?: string): Promise<Page<FeedItem>> {
  return ok(api.GET("/api/feed", { params: { query: { tab, cursor } } }));
}

export function getVideo(videoId: string): Promise<VideoView> {
  return ok(api.GET("/api/videos/{video_id}", of(videoId)));
}

/** Told for the count alone. */
export async function noteShared(videoId: string): Promise<void> {
  await ok(api.POST("/api/videos/{video_id}/shares", of(videoId)));
}

export function getCreator(account_id: string): Promise<CreatorView> {
  return ok(api.GET("/api/creators/{account_id}", { params: { path: { account_id } } }));
}

export function listFollowing(cursor?: string): Promise<Page<CreatorCard>> {
  return ok(api.GET("/api/me/following", { params: { query: { cursor } } }));
}

export function listCreatorRooms(account_id: string, state: RoomState, cursor?: string): Promise<Page<CreatorRoom>> {
  return ok(api.GET("/api/creators/{account_id}/rooms", { params: { path: { account_id }, query: { state, cursor } } }));
}

export async function setReminded(room_id: string, isWanted: boolean): Promise<void> {
  const at = { params: { path: { room_id } } };
  if (isWanted) await ok(api.PUT("/api/rooms/{room_id}/reminder", at));
  else await ok(api.DELETE("/api/rooms/{room_id}/reminder", at));
}

export async function setLiked(videoId: string, isLiked: boolean): Promise<void> {
  if (isLiked) await ok(api.PUT("/api/videos/{video_id}/like", of(videoId)));
  else await ok(api.DELETE("/api/videos/{video_id}/like", of(videoId)));
}

export async function dismiss(videoId: string): Promise<void> {
  await ok(api.PUT("/api/videos/{video_id}/dismissal", of(videoId)));
}

export async function takeBackDismissal(videoId: string): Promise<void> {
  await ok(api.DELETE("/api/videos/{video_id}/dismissal", of(videoId)));
}

export async function reportVideo(videoId: string, reason: ReportReason, note: string): Promise<void> {
  await ok(api.POST("/api/videos/{video_id}/reports", { ...of(videoId), body: { reason, note } }));
}

export function listComments(video_id: string, cursor?: string): Promise<Page<VideoComment>> {
  return ok(api.GET("/api/videos/{video_id}/comments", { params: { path: { video_id }, query: { cursor } } }));
}

export function postComment(videoId: string, text: string): Promise<VideoComment> {
  return ok(api.POST("/api/videos/{video_id}/comments", { ...of(videoId), body: { text } }));
}

export async function deleteComment(video_id: string, comment_id: string): Promise<void> {
  await ok(api.DELETE("/api/videos/{video_id}/comments/{comment_id}", { params: { path: { video_id, comment_id } } }));
}

export async function reportComment(video_id: string, comment_id: string, reason: ReportReason, note: string): Promise<void> {
  await ok(api.POST("/api/videos/{video_id}/comments/{comment_id}/reports", { params: { path: { video_id, comment_id } }, body: { reason, note } }));
}

export async function muteCommenter(creator_id: string, account_id: string): Promise<void> {
  await ok(api.PUT("/api/creators/{creator_id}/muted/{account_id}", { params: { path: { creator_id, account_id } } }));
}

export function listTopicVideos(topic: string, cursor?: string): Promise<Page<VideoCard>> {
  return ok(api.GET("/api/topics/{topic}/videos", { params: { path: { topic }, query: { cursor } } }));
}

export function listCreatorVideos(account_id: string, cursor?: string): Promise<Page<VideoCard>> {
  return ok(api.GET("/api/creators/{account_id}/videos", { params: { path: { account_id }, query: { cursor } } }));
}
