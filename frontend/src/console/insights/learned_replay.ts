/** What was learned of when a product's card comes up in a replay: a stretch of ten minutes at a time. Pure. */
import type { Schemas } from "../../lib/api/client";

export type Tried = Schemas["TriedView"];
export type Stretch = { chapter: number; fromMs: number; toMs: number; kept: Tried | null; best: Tried | null; others: Tried[] };

const CHAPTER_MS = 600_000;

/** Of each stretch the moment that is kept, or that comes up most; without a best one no card does better than any. */
export function stretchesOf(moments: readonly Tried[]): Stretch[] {
  const chapters = [...new Set(moments.map((each) => each.chapter))].sort((one, other) => one - other);
  return chapters.map((chapter) => {
    const own = moments.filter((each) => each.chapter === chapter).sort((one, other) => other.share - one.share || other.shown - one.shown || one.at_ms - other.at_ms);
    const kept = own.find((each) => each.is_kept) ?? null;
    const best = kept ?? own.find((each) => each.share > 0) ?? null;
    return { chapter, fromMs: chapter * CHAPTER_MS, toMs: (chapter + 1) * CHAPTER_MS, kept, best, others: own.filter((each) => each !== best) };
  });
}
