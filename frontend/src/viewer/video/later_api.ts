/** What is said to the server of films, rooms and creators that is not part of the first load. */
import { type Schemas, api, ok } from "../../lib/api/client";
import type { CreatorCard, CreatorRoom, CreatorView, Page, ReportReason, VideoCard, VideoComment } from "./api";

type RoomState = Schemas["RoomView"]["state"];

const of = (video_id: string) => ({ params: { path: { video_id } } });

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

export async function unmuteCommenter(creator_id: string, account_id: string): Promise<void> {
  await ok(api.DELETE("/api/creators/{creator_id}/muted/{account_id}", { params: { path: { creator_id, account_id } } }));
}

export function listTopicVideos(topic: string, cursor?: string): Promise<Page<VideoCard>> {
  return ok(api.GET("/api/topics/{topic}/videos", { params: { path: { topic }, query: { cursor } } }));
}

export function listCreatorVideos(account_id: string, cursor?: string): Promise<Page<VideoCard>> {
  return ok(api.GET("/api/creators/{account_id}/videos", { params: { path: { account_id }, query: { cursor } } }));
}

export type Place = { kind: "video" | "room"; id: string };

/** Not interested in this film or room, or that taken back. */
export async function setDismissed({ kind, id }: Place, isDismissed: boolean): Promise<void> {
  const [video, room] = [of(id), { params: { path: { room_id: id } } }];
  if (kind === "video") await ok<unknown>(isDismissed ? api.PUT("/api/videos/{video_id}/dismissal", video) : api.DELETE("/api/videos/{video_id}/dismissal", video));
  else await ok<unknown>(isDismissed ? api.PUT("/api/rooms/{room_id}/dismissal", room) : api.DELETE("/api/rooms/{room_id}/dismissal", room));
}

export async function report({ kind, id }: Place, reason: ReportReason, note: string): Promise<void> {
  const body = { reason, note };
  if (kind === "video") await ok(api.POST("/api/videos/{video_id}/reports", { ...of(id), body }));
  else await ok(api.POST("/api/rooms/{room_id}/reports", { params: { path: { room_id: id } }, body }));
}
