import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Page, whileSeen } from "../src/lib/live/seen";

class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = "visible";
  turn(to: DocumentVisibilityState): void {
    this.visibilityState = to;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

describe("prices and stock of a replay", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are asked for anew each minute, and at once by who comes back to the page, but not behind anybody's back", () => {
    const page = new FakePage();
    const run = vi.fn();
    const stop = whileSeen(page as unknown as Page, 60_000, run);
    vi.advanceTimersByTime(120_000);
    expect(run).toHaveBeenCalledTimes(2);
    page.turn("hidden");
    vi.advanceTimersByTime(600_000);
    expect(run).toHaveBeenCalledTimes(2);
    page.turn("visible");
    expect(run).toHaveBeenCalledTimes(3);
    stop();
    page.turn("visible");
    vi.advanceTimersByTime(600_000);
    expect(run).toHaveBeenCalledTimes(3);
  });
});
