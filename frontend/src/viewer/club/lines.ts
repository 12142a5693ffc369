/** Who joined the fan club or reached a level of it, as a line among what is said. */
import { needTexts, t } from "../../lib/i18n/index.svelte";
import { type Comment, MAX_COMMENTS, type Moment } from "../../lib/live/fold";
import { me } from "../../lib/session.svelte";
import { learnLevel } from "./early.svelte";
import type { RoomSession } from "../room/session.svelte";

/** Answers what ends it. */
export function showLines(session: RoomSession): () => void {
  const onMoment = (moment: Moment) => void show(session, moment);
  session.onMoment = onMoment;
  return () => {
    if (session.onMoment === onMoment) session.onMoment = null;
  };
}

async function show(session: RoomSession, moment: Moment): Promise<void> {
  if (moment.kind !== "club") return;
  await needTexts("club");
  const { account_id, name, badge, at_ms, is_new } = moment;
  if (account_id === me()?.account_id && session.room?.shop_id) learnLevel(session.room.shop_id, badge.level);
  const text = is_new ? t("club_joined") : t("club_risen", { level: badge.level });
  const line: Comment = { comment_id: `${account_id}-${at_ms}`, account_id, name, badge, at_ms, text, is_host: false };
  const withLine = (comments: Comment[]) => [...comments.filter((one) => one.comment_id !== line.comment_id), line].slice(-MAX_COMMENTS);
  if (session.mode === "replay") session.talk = withLine(session.talk);
  else if (session.fold) session.fold = { ...session.fold, comments: withLine(session.fold.comments) };
}
