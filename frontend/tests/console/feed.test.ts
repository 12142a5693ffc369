import { expect, it } from "vitest";
import { type Said, mergeSaid, withMoment } from "../../src/console/live/feed";
import type { Comment } from "../../src/lib/live/fold";

const comment = (id: string, at_ms: number, account_id = "a1"): Comment => ({ comment_id: id, account_id, name: "丹丹", text: id, is_host: false, at_ms });
const keys = (feed: Said[]) => feed.map((said) => said.key);

it("shows a comment once, though the snapshot tells it again after a cut", () => {
  const feed = withMoment([], { kind: "comment", ...comment("c1", 10) });
  expect(keys(mergeSaid(feed, [comment("c1", 10), comment("c2", 20)]))).toEqual(["c1", "c2"]);
});

it("forgets a comment that was removed while the connection was cut", () => {
  const feed = mergeSaid([], [comment("c1", 10), comment("c2", 20), comment("c3", 30)]);
  expect(keys(mergeSaid(feed, [comment("c1", 10), comment("c3", 30)]))).toEqual(["c1", "c3"]);
});

it("keeps what the host has read further up when a new snapshot reaches less far back", () => {
  const feed = mergeSaid([], [comment("c1", 10), comment("c2", 20)]);
  expect(keys(mergeSaid(feed, [comment("c2", 20), comment("c3", 30)]))).toEqual(["c1", "c2", "c3"]);
});

it("drops what a muted viewer said, and nothing else", () => {
  let feed = mergeSaid([], [comment("c1", 10, "a1"), comment("c2", 20, "a2")]);
  feed = withMoment(feed, { kind: "purchase", at_ms: 25, name: "小*", product_id: "p1", title: "草莓", quantity: 2, buyers: 1 });
  feed = withMoment(feed, { kind: "muted", at_ms: 30, account_id: "a1" });
  expect(feed.map((said) => said.kind)).toEqual(["comment", "purchase"]);
  expect(feed[0]?.key).toBe("c2");
});
