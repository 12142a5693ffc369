import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Place } from "../src/viewer/place/place";

class FakeElement extends EventTarget {
  dataset = { productId: "p1" };
  closest = () => this;
  contains = (other: unknown) => other === this;
  getBoundingClientRect = () => ({ left: 0, top: 0, width: 120, height: 240 });
}

/** A page with one card; `covered` says where something else lies over it. */
class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = "visible";
  card = new FakeElement();
  covered: (x: number, y: number) => boolean = () => false;
  querySelectorAll = () => [this.card];
  elementFromPoint = (x: number, y: number) => (this.covered(x, y) ? null : this.card);
  click(): void {
    const event = new Event("click");
    Object.defineProperty(event, "target", { value: this.card });
    this.dispatchEvent(event);
  }
}

vi.stubGlobal("location", { pathname: "/", search: "" });
vi.stubGlobal("Element", FakeElement);
const { reporter } = await import("../src/viewer/behaviour/report");
const { noteCards, spread } = await import("../src/viewer/behaviour/cards");

const cue = (cue_id: string, start_ms: number) => ({ cue_id, product_id: "p1", start_ms, end_ms: start_ms + 8000, why: null });

describe("a card in the picture", () => {
  let page: FakePage;
  let place: { kind: "video"; id: string; cue: ReturnType<typeof cue> | null; featured: object | null; mediaMs: number | null };
  const told: unknown[] = [];
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    told.length = 0;
    page = new FakePage();
    vi.stubGlobal("document", page);
    vi.spyOn(reporter, "note").mockImplementation((kind, _place, more) => void told.push([kind, more?.productId, more?.mediaMs]));
    place = { kind: "video", id: "v1", cue: null, featured: {}, mediaMs: 0 };
    stop = noteCards(place as unknown as Place);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const comes = (id = "c1", startMs = 3_900, mediaMs = 4_050) => {
    place.cue = cue(id, startMs);
    place.mediaMs = mediaMs;
  };

  it("counts as shown once half of it was seen for a second, with the moment at which it came up", () => {
    comes();
    page.covered = (x) => x > 100;
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(400);
    expect(told).toEqual([["card_shown", "p1", 3_900]]);
    vi.advanceTimersByTime(5_000);
    expect(told).toHaveLength(1);
  });

  it("does not count while a sheet or another card lies over it, or it is half off the screen", () => {
    comes();
    page.covered = () => true;
    vi.advanceTimersByTime(8_000);
    page.covered = (_x, y) => y > 80;
    vi.advanceTimersByTime(8_000);
    expect(told).toEqual([]);
    page.covered = () => false;
    vi.advanceTimersByTime(1_400);
    expect(told).toEqual([["card_shown", "p1", 3_900]]);
  });

  it("does not count if it was seen for two halves of a second, or on a page that nobody looked at", () => {
    comes();
    vi.advanceTimersByTime(800);
    page.covered = () => true;
    vi.advanceTimersByTime(400);
    page.covered = () => false;
    vi.advanceTimersByTime(800);
    page.visibilityState = "hidden";
    vi.advanceTimersByTime(8_000);
    expect(told).toEqual([]);
  });

  it("does not count for who left before", () => {
    comes();
    vi.advanceTimersByTime(900);
    place.cue = null;
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual([]);
  });

  it("that is clicked at once was seen", () => {
    comes();
    page.click();
    expect(told).toEqual([["card_shown", "p1", 3_900], ["card_clicked", "p1", 4_050]]);
    vi.advanceTimersByTime(5_000);
    expect(told).toHaveLength(2);
  });

  it("into the midst of which a viewer jumps came up there, before this viewer", () => {
    comes("c1", 3_900, 9_000);
    vi.advanceTimersByTime(1_400);
    expect(told).toEqual([["card_shown", "p1", 9_000]]);
  });

  it("of the next moment is another showing", () => {
    comes();
    vi.advanceTimersByTime(1_400);
    comes("c2", 15_000, 15_100);
    vi.advanceTimersByTime(1_400);
    expect(told).toEqual([["card_shown", "p1", 3_900], ["card_shown", "p1", 15_000]]);
  });
});

it("a card that a hundred thousand see at once is told of over ten seconds, in a small room at once", () => {
  const latest = () => 1;
  expect(spread(12, latest)).toBe(200);
  expect(spread(3_000, latest)).toBe(1_000);
  expect(spread(100_000, latest)).toBe(10_000);
  expect(spread(100_000, () => 0.5)).toBe(5_000);
  expect(spread(undefined, latest)).toBe(10_000);
});
