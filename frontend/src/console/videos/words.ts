/** How states and refusals of short videos are called. */
import { type MessageKey, t } from "../../lib/i18n/index.svelte";
import type { OwnVideo, VideoState, Vod } from "./wire";

const STATES: Record<VideoState, MessageKey> = {
  draft: "video_state_draft",
  published: "video_state_published",
  hidden: "video_state_hidden",
  taken_down: "video_state_taken_down",
};
const REFUSED: Record<string, MessageKey> = {
  not_a_video: "film_not_a_video",
  too_long: "film_too_long",
  too_large: "film_too_large",
  unreadable: "film_unreadable",
};

export function stateText(state: VideoState): string {
  return t(STATES[state]);
}

export function toneOf(state: VideoState): "plain" | "good" | "bad" {
  return state === "published" ? "good" : state === "taken_down" ? "bad" : "plain";
}

/** Why a film could not be taken, and what to do. */
export function refusedText(vod: Vod): string {
  return t(REFUSED[vod.refused_reason ?? ""] ?? "film_unreadable");
}

export function titleOf(video: OwnVideo): string {
  return video.title || t("video_untitled");
}

const UNITS = ["B", "KB", "MB", "GB"];

export function sizeText(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** step;
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[step]}`;
}
