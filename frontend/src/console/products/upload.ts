/** Puts pictures and films on the server. */
import { ApiProblem, type Schemas, api, ok, toProblem } from "../../lib/api/client";
import { t } from "../../lib/i18n/index.svelte";
import type { Picture } from "../state/wire";

/** As the server's default limits; a larger file is not even sent. */
export const MAX_PICTURE_BYTES = 10_485_760;
export const MAX_VIDEO_BYTES = 104_857_600;
const ASK_AGAIN_MS = 1000;

type Video = Schemas["Video"];

export function uploadPicture(file: File): Promise<Picture> {
  return ok(api.POST("/api/media/pictures", pictureBody(file)));
}

/** A cover lies under its video, and goes with it. */
export function uploadCover(videoId: string, file: File): Promise<Picture> {
  return ok(api.POST("/api/me/videos/{video_id}/covers", { params: { path: { video_id: videoId } }, ...pictureBody(file) }));
}

function pictureBody(file: File) {
  const bodySerializer = () => {
    const form = new FormData();
    form.append("file", file);
    return form;
  };
  return { body: { file: "" }, bodySerializer };
}

/** Sends the film, tells how much of it has gone (0 to 1), and waits until it can be played. Throws ApiProblem. */
export async function uploadVideo(file: File, tell: (share: number) => void, signal: AbortSignal): Promise<string> {
  let video = await send(file, tell, signal);
  while (video.state === "waiting") {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    signal.throwIfAborted();
    video = await ok(api.GET("/api/media/videos/{video_id}", { params: { path: { video_id: video.video_id } } }));
  }
  if (video.url) return video.url;
  const why = video.refused_reason === "too_long" ? t("video_too_long") : video.refused_reason === "not_a_video" ? t("video_not") : t("video_unreadable");
  throw new ApiProblem(422, "not_a_video", why);
}

/** `fetch` cannot tell how far an upload is. */
function send(file: File, tell: (share: number) => void, signal: AbortSignal): Promise<Video> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/media/videos");
    request.responseType = "json";
    request.upload.onprogress = (event) => tell(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status === 202) resolve(request.response as Video);
      else reject(toProblem(new Response(null, { status: request.status }), request.response));
    };
    request.onerror = () => reject(new ApiProblem(0, "offline", t("offline")));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
  });
}

/** A film's still picture. */
export function posterOf(videoUrl: string): string {
  return videoUrl.replace(/\.mp4$/, ".webp");
}
