/** One short video in a feed: what is known of it, and what is on its picture at this moment. */
import { serverNow } from "../../lib/live/clock";
import { type BagItem, type Cue, cueAt } from "../../lib/live/fold";
import { textOf } from "../../lib/api/client";
import type { Player } from "../../lib/player/player.svelte";
import { me } from "../../lib/session.svelte";
import { toast } from "../../lib/ui";
import type { Place, Source } from "../place/place";
import type { PlaceSheets } from "../place/sheets.svelte";
import { follows } from "../state/follows.svelte";
import { type FeedVideo, type VideoView, type Why, getVideo, setLiked } from "../video/api";

/** What a card can be shown and played of, before all is known of it. */
type Facts = Omit<FeedVideo, "is_followed">;

export class Film implements Place {
  readonly kind = "video";
  readonly id: string;
  /** Unlike the id, another one if the same video comes again. */
  readonly key = `v${++made}`;
  video = $state.raw<Facts>() as Facts;
  /** Its bag, its cues and the like; null until it is near. */
  whole = $state.raw<VideoView | null>(null);
  /** While it is near: what plays it. */
  player = $state.raw<Player | null>(null);
  readonly cues = $derived((this.whole?.cues ?? []).map(toCue));
  readonly cue = $derived(cueAt(this.cues, this.mediaMs ?? -1));
  readonly featured = $derived(this.bag.find((item) => item.product_id === this.cue?.product_id) ?? null);
  #isLiking = false;
  #likings = 0;
  #isAsked = false;

  constructor(
    video: Facts & { is_followed?: boolean },
    readonly why: Why | null,
  ) {
    this.id = video.video_id;
    this.video = video;
    if (video.is_followed !== undefined) follows.learn(video.creator.account_id, video.is_followed);
  }

  static ofView(view: VideoView): Film {
    const film = new Film({ ...toFacts(view), is_followed: view.creator.is_followed }, null);
    film.whole = view;
    return film;
  }

  get bag(): BagItem[] {
    return this.whole?.bag ?? [];
  }

  get isBagKnown(): boolean {
    return this.whole !== null;
  }

  get goods(): number {
    return this.whole?.bag.length ?? this.video.product_count;
  }

  get mediaMs(): number | null {
    return this.player?.playingMs ?? null;
  }

  get isBroad(): boolean {
    return this.video.width > this.video.height;
  }

  now(): number {
    return serverNow();
  }

  source(): Source {
    return { video_id: this.id, video_at_ms: this.mediaMs };
  }

  async refreshBag(): Promise<void> {
    await this.refresh();
  }

  /** It is near: all of it will be wanted. What does not come is asked for again when it is next near. */
  prepare(): void {
    if (this.whole || this.#isAsked) return;
    this.#isAsked = true;
    this.refresh().catch(() => (this.#isAsked = false));
  }

  /** Ask anew: prices and stock are others, or somebody signed in. */
  async refresh(): Promise<void> {
    const likings = this.#likings;
    const fresh = await getVideo(this.id);
    const { is_liked, likes } = this.#likings === likings ? fresh : this.video;
    this.video = { ...toFacts(fresh), is_liked, likes };
    // A card that is up stays up.
    this.whole = this.cue && this.whole ? { ...fresh, cues: this.whole.cues } : fresh;
    follows.learn(fresh.creator.account_id, fresh.creator.is_followed);
  }

  explanationOf(productId: string): (() => void) | null {
    const cue = this.cues.find((one) => one.product_id === productId);
    if (!cue) return null;
    return () => {
      this.player?.seek(cue.start_ms / 1000);
      void this.player?.play();
    };
  }

  /** Shown at once, and taken back if the server will not have it. */
  async like(isLiked: boolean): Promise<void> {
    if (!me() || isLiked === this.video.is_liked || this.#isLiking) return;
    this.#isLiking = true;
    this.#likings += 1;
    this.#showLiked(isLiked);
    try {
      await setLiked(this.id, isLiked);
    } catch (error) {
      this.#showLiked(!isLiked);
      toast(textOf(error), "bad");
    } finally {
      this.#isLiking = false;
    }
  }

  /** Like it, or no more; who is not signed in is asked to first. */
  askLike(sheets: PlaceSheets, isLiked = !this.video.is_liked): void {
    if (me()) void this.like(isLiked);
    else sheets.askSignIn(() => void this.like(true));
  }

  countComments(change: number): void {
    this.video = { ...this.video, comments: Math.max(0, this.video.comments + change) };
  }

  #showLiked(is_liked: boolean): void {
    this.video = { ...this.video, is_liked, likes: Math.max(0, this.video.likes + (is_liked ? 1 : -1)) };
  }
}

let made = 0;

function toFacts({ bag, published_at, creator, ...view }: VideoView): Facts {
  const { account_id, display_name, avatar_url } = creator;
  return {
    ...view,
    creator: { account_id, display_name, avatar_url },
    published_at_ms: new Date(published_at).getTime(),
    product_count: bag.length,
  };
}

function toCue({ product_id, at_ms, show_ms }: VideoView["cues"][number]): Cue {
  return { cue_id: `${product_id}@${at_ms}`, product_id, start_ms: at_ms, end_ms: at_ms + show_ms, why: null };
}
