import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Film } from "../src/viewer/feed/film.svelte";
import type { RoomSession } from "../src/viewer/room/session.svelte";

class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = "visible";
}

const page = new EventTarget();
vi.stubGlobal("location", { origin: "http://shop.test", pathname: "/", search: "" });
vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal("document", new FakePage());
vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
const { reporter } = await import("../src/viewer/behaviour/report");
const { watchFilm, watchRoom } = await import("../src/viewer/behaviour/watch.svelte");
const { PlaceSheets } = await import("../src/viewer/place/sheets.svelte");

const DURATION_MS = 20_000;

/** A film that plays in step with the fake clock. */
function screen() {
  const player = { isPaused: false, hasPicture: true, needsTap: false, isHeld: false };
  const film = {
    kind: "video",
    id: "v1",
    video: { duration_ms: DURATION_MS },
    player: player as typeof player | null,
    mediaMs: 0 as number | null,
    cue: null,
    featured: null,
  };
  const play = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      film.mediaMs = ((film.mediaMs ?? 0) + 100) % DURATION_MS;
      vi.advanceTimersByTime(100);
    }
  };
  return { film, player, play, stop: watchFilm(film as unknown as Film, new PlaceSheets()) };
}

describe("where a film is left", () => {
  const told: [kind: string, mediaMs: unknown][] = [];
  const left = () => told.filter(([kind]) => kind === "left").map(([, mediaMs]) => mediaMs);

  beforeEach(() => {
    vi.useFakeTimers();
    told.length = 0;
    vi.spyOn(reporter, "note").mockImplementation((kind, _place, more) => void told.push([kind, more?.mediaMs]));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("is the moment on the screen, to the tenth of a second", () => {
    const { play, stop } = screen();
    play(4_300);
    stop();
    expect(left()).toEqual([4_300]);
  });

  it("is not the start to which a player is set back for who may come again: else nobody is driven away by a card", () => {
    const { film, player, play, stop } = screen();
    play(4_300);
    player.isHeld = true;
    film.mediaMs = 0;
    stop();
    expect(left()).toEqual([4_000]);
    expect(told.find(([kind]) => kind === "watched")?.[1]).toBe(4_000);
  });

  it("is where it was last looked at, if its player was taken away", () => {
    const { film, play, stop } = screen();
    play(3_500);
    film.player = film.mediaMs = null;
    stop();
    expect(left()).toEqual([3_000]);
  });

  it("is its end, once it began again", () => {
    const { play, stop } = screen();
    play(DURATION_MS + 2_000);
    stop();
    expect(left()).toEqual([DURATION_MS]);
  });

  it("is told of nobody before whom it never played", () => {
    const { player, play, stop } = screen();
    player.isPaused = true;
    play(3_000);
    stop();
    expect(told).toEqual([]);
  });
});

describe("how long a room is watched", () => {
  const told: (number | undefined)[] = [];
  const player = { isPaused: false, hasPicture: true, needsTap: false };
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    told.length = 0;
    player.isPaused = false;
    (document as unknown as FakePage).visibilityState = "visible";
    vi.spyOn(reporter, "note").mockImplementation((kind, _place, more) => void (kind === "watched" && told.push(more?.watchS)));
    const room = { kind: "room", id: "r1", player, mode: "live", mediaMs: 0, cue: null, featured: null };
    stop = watchRoom(room as unknown as RoomSession, new PlaceSheets());
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("is told when it begins, in whole pieces while it goes on, and as what is left when it stands still", () => {
    vi.advanceTimersByTime(65_000);
    expect(told).toEqual([0, 30, 30]);
    player.isPaused = true;
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([0, 30, 30, 5]);
    vi.advanceTimersByTime(60_000);
    player.isPaused = false;
    vi.advanceTimersByTime(2_000);
    expect(told).toEqual([0, 30, 30, 5, 0]);
  });

  it("says that it stopped also where a whole piece had just gone by", () => {
    vi.advanceTimersByTime(31_000);
    (document as unknown as FakePage).visibilityState = "hidden";
    document.dispatchEvent(new Event("visibilitychange"));
    expect(told).toEqual([0, 30, 1]);
    (document as unknown as FakePage).visibilityState = "visible";
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([0, 30, 1, 0]);
  });
});
