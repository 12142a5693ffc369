/** What was said under a film, newest first, and what the reader says. */
import { textOf } from "../../lib/api/client";
import { t } from "../../lib/i18n/index.svelte";
import { toast } from "../../lib/ui";
import type { Film } from "../feed/film.svelte";
import { Paged } from "../state/paged.svelte";
import type { VideoComment } from "./api";
import { deleteComment, listComments, muteCommenter, postComment, unmuteCommenter } from "./later_api";

export class FilmComments extends Paged<VideoComment> {
  constructor(readonly film: Film) {
    super((cursor) => listComments(film.id, cursor));
  }

  say = async (text: string): Promise<void> => {
    const said = await postComment(this.film.id, text);
    this.items = [said, ...(this.items ?? [])];
    this.film.countComments(1);
  };

  remove = async (comment: VideoComment): Promise<void> => {
    try {
      await deleteComment(this.film.id, comment.comment_id);
      this.items = (this.items ?? []).filter((one) => one.comment_id !== comment.comment_id);
      this.film.countComments(-1);
    } catch (error) {
      toast(textOf(error), "bad");
    }
  };

  /** Its author says nothing more under this creator's films, and what they said there is gone. */
  mute = async ({ account }: VideoComment): Promise<void> => {
    try {
      await muteCommenter(this.film.video.creator.account_id, account.account_id);
      this.items = (this.items ?? []).filter((one) => one.account.account_id !== account.account_id);
      toast(t("comment_mute_done", { name: account.display_name }), "good", { text: t("comment_mute_undo"), do: () => void this.#unmute(account) });
      // How many they were stands there alone.
      await this.film.refresh();
    } catch (error) {
      toast(textOf(error), "bad");
    }
  };

  /** What was said is gone all the same. */
  async #unmute({ account_id, display_name }: VideoComment["account"]): Promise<void> {
    try {
      await unmuteCommenter(this.film.video.creator.account_id, account_id);
      toast(t("comment_unmute_done", { name: display_name }), "good");
    } catch (error) {
      toast(textOf(error), "bad");
    }
  }
}
