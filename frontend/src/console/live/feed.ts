/** What is said and bought in a room, in one line of time. Pure. */
import type { Comment, Moment } from "../../lib/live/fold";

export type Bought = { name: string; title: string; quantity: number; buyers: number };
export type Risen = Extract<Moment, { kind: "club" }>;
export type Said =
  | { kind: "comment"; key: string; at_ms: number; comment: Comment }
  | { kind: "club"; key: string; at_ms: number; risen: Risen }
  | { kind: "purchase"; key: string; at_ms: number; bought: Bought }
  | { kind: "arrival"; key: string; at_ms: number; regulars: readonly Regular[] };
/** A fan with purchases. */
export type Regular = { account_id: string; name: string; orders: number };

const KEPT = 300;
let purchases = 0;

function asSaid(comment: Comment): Said {
  return { kind: "comment", key: comment.comment_id, at_ms: comment.at_ms, comment };
}

export function isSaid(moment: Moment): boolean {
  return ["comment", "comment_removed", "muted", "purchase", "club"].includes(moment.kind);
}

/** The feed after a snapshot: what it says of the time it speaks of; what we knew of the time before. */
export function mergeSaid(feed: readonly Said[], comments: readonly Comment[]): Said[] {
  const since = comments[0]?.at_ms ?? Number.POSITIVE_INFINITY;
  const kept = feed.filter((said) => said.kind !== "comment" || said.at_ms < since);
  return [...kept, ...comments.map(asSaid)].sort((a, b) => a.at_ms - b.at_ms).slice(-KEPT);
}

/** Those who have come since the host was told last, in one line. */
export function withArrivals(feed: Said[], regulars: readonly Regular[], at_ms: number): Said[] {
  const said: Said = { kind: "arrival", key: `arrival-${regulars[0]?.account_id}`, at_ms, regulars };
  return [...feed, said].slice(-KEPT);
}

export function withMoment(feed: Said[], moment: Moment): Said[] {
  switch (moment.kind) {
    case "comment": {
      const { kind: _kind, ...comment } = moment;
      return [...feed, asSaid(comment)].slice(-KEPT);
    }
    case "purchase": {
      const bought = { name: moment.name, title: moment.title, quantity: moment.quantity, buyers: moment.buyers ?? 1 };
      const said: Said = { kind: "purchase", key: `purchase-${++purchases}`, at_ms: moment.at_ms, bought };
      return [...feed, said].slice(-KEPT);
    }
    case "club":
      return [...feed, { kind: "club" as const, key: `club-${moment.account_id}-${moment.at_ms}`, at_ms: moment.at_ms, risen: moment }].slice(-KEPT);
    case "comment_removed":
      return feed.filter((said) => said.kind !== "comment" || said.comment.comment_id !== moment.comment_id);
    case "muted":
      return feed.filter((said) => said.kind !== "comment" || said.comment.account_id !== moment.account_id);
    default:
      return feed;
  }
}
