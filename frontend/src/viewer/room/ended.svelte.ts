/** Who sees a room end is told that its replay plays on. Not part of the first load. */
import { needTexts, t } from "../../lib/i18n/index.svelte";
import { toast } from "../../lib/ui";
import type { RoomSession } from "./session.svelte";

/** Answers what ends it. */
export function tellEnd(session: RoomSession): () => void {
  return $effect.root(() => {
    $effect(() => {
      if (session.endedHere && session.mode === "replay") void needTexts("sheets").then(() => toast(t("room_ended_now_replay")));
    });
  });
}
