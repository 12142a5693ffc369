/** Hand a film on: by the device's own way, else as a link in the clipboard. */
import { t } from "../../lib/i18n/index.svelte";
import { toast } from "../../lib/ui";
import { noteShared } from "./later_api";

/** `?s` says that the link was handed on (see behaviour/report.ts). */
export function shareLink(videoId: string): string {
  return `${location.origin}/v/${videoId}?s`;
}

export async function share(video: { video_id: string; title: string }): Promise<void> {
  const url = shareLink(video.video_id);
  noteShared(video.video_id).catch(() => undefined);
  if (typeof navigator.share === "function") {
    try {
      return await navigator.share({ title: video.title, url });
    } catch (error) {
      // Thought better of it; anything else is done by the clipboard.
      if (error instanceof DOMException && error.name === "AbortError") return;
    }
  }
  if (await copy(url)) toast(t("link_copied"), "good");
  else toast(url);
}

/** Without https there is no clipboard but the old one. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  }
}
