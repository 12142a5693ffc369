import { describe, expect, it, vi } from "vitest";
import type { FeedItem, FeedVideo, Page } from "../src/viewer/video/api";

vi.stubGlobal("location", { origin: "http://shop.test", pathname: "/", search: "" });
vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
const { Feed, unwanted } = await import("../src/viewer/feed/feed.svelte");
const { Film } = await import("../src/viewer/feed/film.svelte");
const { setUnwanted } = await import("../src/viewer/feed/set_unwanted");
const { ApiProblem } = await import("../src/lib/api/client");
const { stillAt } = await import("../src/viewer/feed/still");
const { WheelSteps } = await import("../src/viewer/feed/wheel");
const { tabOf, tabPath } = await import("../src/viewer/home/tabs");
const { sourceOf } = await import("../src/viewer/place/place");
const { titleParts, topicPath } = await import("../src/viewer/video/title");

const video = (id: string): FeedVideo => ({
  video_id: id,
  creator: { account_id: "c1", display_name: "阿月", avatar_url: null },
  is_followed: false,
  title: "",
  topics: [],
  cover_url: "",
  playback_url: "",
  width: 9,
  height: 16,
  duration_ms: 1000,
  published_at_ms: 0,
  likes: 0,
  comments: 0,
  views: 0,
  is_liked: false,
  product_count: 0,
});
const item = (id: string): FeedItem => ({ kind: "video", video: video(id), room: null, why: { code: "x", params: {}, text: "" } });
const page = (ids: string[], next: string | null): Page<FeedItem> => ({ items: ids.map(item), next_cursor: next });
const ids = (feed: InstanceType<typeof Feed>) => feed.entries.map((entry) => entry.id);

describe("a feed", () => {
  it("goes on in the list that a film was chosen from, and back in it", async () => {
    const asked: (string | undefined)[] = [];
    const feed = new Feed(async (cursor) => {
      asked.push(cursor);
      return page(["d", "e"], null);
    });
    feed.startAt(["a", "b", "c"].map((id) => new Film(video(id), null)), 1, "3");
    await vi.waitFor(() => expect(feed.isEnd).toBe(true));
    expect(ids(feed)).toEqual(["a", "b", "c", "d", "e"]);
    expect([feed.current?.id, asked]).toEqual(["b", ["3"]]);
  });

  it("brings back what was sent away, to where it was, and once", async () => {
    const feed = new Feed(async () => page(["a", "b", "c"], null));
    await feed.open();
    feed.to(1);
    const gone = feed.current;
    if (!gone) throw new Error("no film");
    feed.remove(gone);
    expect(ids(feed)).toEqual(["a", "c"]);
    feed.putBack(gone, 1);
    feed.putBack(gone, 1);
    expect([ids(feed), feed.current]).toEqual([["a", "b", "c"], gone]);
  });

  it("asks for more before the end is seen, and not again after it", async () => {
    const asked: (string | undefined)[] = [];
    const feed = new Feed(async (cursor) => {
      asked.push(cursor);
      return cursor ? page(["d", "e", "f", "g", "h", "i"], null) : page(["a", "b", "c"], "2");
    });
    await feed.open();
    expect(asked).toEqual([undefined, "2"]);
    expect(feed.isEnd).toBe(true);
    feed.to(8);
    await feed.more();
    expect(asked).toHaveLength(2);
  });

  it("shows nothing twice, and ends when page after page brings nothing new", async () => {
    let asked = 0;
    const feed = new Feed(async () => {
      asked += 1;
      return page(["a", "b"], "again");
    });
    await feed.open();
    expect(ids(feed)).toEqual(["a", "b"]);
    expect([feed.isEnd, asked]).toEqual([true, 4]);
  });

  it("keeps what it has when the line breaks, and goes on from there", async () => {
    let isBroken = false;
    const feed = new Feed(async (cursor) => {
      if (isBroken) throw new ApiProblem(0, "offline", "offline");
      isBroken = cursor === undefined;
      return cursor ? page(["c"], null) : page(["a", "b"], "2");
    });
    await feed.open();
    expect([ids(feed), feed.problem?.code, feed.isEnd]).toEqual([["a", "b"], "offline", false]);
    isBroken = false;
    await feed.more();
    expect([ids(feed), feed.problem]).toEqual([["a", "b", "c"], null]);
  });

  it("puts the next in the place of what is of no interest", async () => {
    const feed = new Feed(async () => page(["a", "b", "c"], null));
    await feed.open();
    feed.to(1);
    const [, second] = feed.entries;
    if (second) feed.remove(second);
    expect([feed.current?.id, ids(feed)]).toEqual(["c", ["a", "c"]]);
  });

  it("brings nothing that a guest had no interest in, however many pages of it there are", async () => {
    const kept: Record<string, string> = {};
    vi.stubGlobal("localStorage", kept);
    const gone = Array.from({ length: 8 }, (_, index) => `x${index}`);
    for (const id of [...gone, "b"]) setUnwanted(id, true);
    setUnwanted("b", false);
    const pages = [["a", "x0"], ["x1", "x2"], ["x3", "x4"], ["x5", "x6"], ["x7", "b"]];
    const feed = new Feed(async (cursor) => page(pages[Number(cursor ?? 0)] ?? [], Number(cursor ?? 0) < 4 ? String(Number(cursor ?? 0) + 1) : null));
    await feed.open();
    expect(ids(feed)).toEqual(["a", "b"]);
    for (let index = 0; index < 400; index += 1) setUnwanted(`y${index}`, true);
    expect([unwanted().split(" ").length, unwanted().includes("x0"), unwanted().endsWith("y399")]).toEqual([300, false, true]);
    vi.stubGlobal("localStorage", undefined);
    expect(unwanted()).toBe("");
  });

  it("goes on into what there is to discover after one film, which does not come again", async () => {
    const feed = new Feed(async () => page(["b", "a"], null), async () => new Film(video("a"), null));
    await feed.open();
    expect(ids(feed)).toEqual(["a", "b"]);
  });
});

describe("a wheel", () => {
  it("turns one film on, however long a track pad runs after", () => {
    const wheel = new WheelSteps();
    const run = [4, 20, 60, 90, 80, 70, 60, 50, 40, 30, 20, 10, 6, 4, 2].map((delta, index) => wheel.turn(delta, 1000 + index * 16));
    expect(run.filter((step) => step !== 0)).toEqual([1]);
  });

  it("turns one film a notch, in both directions", () => {
    const wheel = new WheelSteps();
    expect([wheel.turn(100, 0), wheel.turn(100, 400), wheel.turn(-100, 800), wheel.turn(-100, 850)]).toEqual([1, 1, -1, 0]);
  });

  it("takes a touch by chance for none, and a second brush in the after-run of the first for another", () => {
    const wheel = new WheelSteps();
    expect(wheel.turn(8, 0)).toBe(0);
    expect([wheel.turn(80, 1000), wheel.turn(40, 1016), wheel.turn(12, 1032), wheel.turn(90, 1048)]).toEqual([1, 0, 0, 1]);
  });
});

describe("a title", () => {
  it("leads to its topics, and leaves as text what is none of them", () => {
    expect(titleParts("现摘 #草莓 好吃#Tools", ["草莓", "tools"])).toEqual([
      { text: "现摘 ", topic: null },
      { text: "#草莓", topic: "草莓" },
      { text: " 好吃", topic: null },
      { text: "#Tools", topic: "tools" },
    ]);
    expect(titleParts("<b>#not</b>", [])).toEqual([{ text: "<b>#not</b>", topic: null }]);
    expect(topicPath("草莓/苗")).toBe("/topics/%E8%8D%89%E8%8E%93%2F%E8%8B%97");
  });
});

describe("the stills of a film", () => {
  const film = { width: 540, height: 960, duration_ms: 12_000, sprite_url: "/s.jpg", sprite_columns: 5, sprite_every_ms: 1000 };

  it("are cut where the moment is, also at the very end", () => {
    expect(stillAt(film, 6500)?.background).toContain("-68px -120px / 340px 360px");
    expect(stillAt(film, 12_000)?.background).toContain("-68px -240px");
  });

  it("are none without a picture of them", () => {
    expect(stillAt({ ...film, sprite_url: null }, 0)).toBeNull();
  });
});

describe("where goods come from", () => {
  it("is the video with its moment, or the room, never both", () => {
    expect(sourceOf({ room_id: "r1", video_id: null })).toEqual({ room_id: "r1" });
    expect(sourceOf({ room_id: null, video_id: "v1", video_at_ms: 4200 })).toEqual({ video_id: "v1", video_at_ms: 4200 });
    expect(sourceOf({})).toEqual({ room_id: null });
  });

  it("home opens on what there is to discover, whatever the address says", () => {
    expect([tabOf(new URLSearchParams("")), tabOf(new URLSearchParams("tab=live")), tabOf(new URLSearchParams("tab=x"))]).toEqual(["discover", "live", "discover"]);
    expect([tabPath("discover"), tabPath("following")]).toEqual(["/", "/?tab=following"]);
  });
});
