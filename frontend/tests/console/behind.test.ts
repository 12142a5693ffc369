/** Where a figure leads whose orders the desk cannot be asked for. */
import { describe, expect, it } from "vitest";
import { type Asked, backOf, hrefOf, metricOf, readAsked } from "../../src/console/orders/behind/asked";

const [ROOM, TEA] = ["0190aaaa-0000-7000-8000-000000000001", "0190aaaa-0000-7000-8000-000000000002"];
const paramsOf = (href: string) => new URLSearchParams(href.slice(href.indexOf("?")));

describe("orders behind a figure", () => {
  it("are found again from their address, and lead back to the figure", () => {
    const all: [Asked, string, string][] = [
      [{ kind: "seen", room: ROOM }, `/console/rooms/${ROOM}/figures`, "conversion"],
      [{ kind: "visitors", day: "2026-11-29", untilMs: null }, "/console", "visitor_conversion"],
      [{ kind: "visitors", day: "2026-11-29", untilMs: 1_795_968_000_000 }, "/console", "visitor_conversion"],
      [{ kind: "returns", from: "2026-01-01", to: "2026-11-30", within: 90 }, "/console/fans/repurchase", "repurchase_rate"],
      [{ kind: "effect", campaign: ROOM, group: "held_out" }, "/console/outreach", "bought_after"],
      [{ kind: "moment", film: "room", id: ROOM, product: TEA, atMs: 83_000 }, `/console/rooms/${ROOM}/figures`, "moment_orders"],
      [{ kind: "moment", film: "video", id: ROOM, product: TEA, atMs: 0 }, `/console/videos/${ROOM}/figures`, "moment_orders"],
    ];
    for (const [asked, back, metric] of all) {
      expect(readAsked(paramsOf(hrefOf(asked)))).toEqual(asked);
      expect([backOf(asked), metricOf(asked)]).toEqual([back, metric]);
    }
  });

  it("are asked for by no address that makes no sense", () => {
    for (const query of ["", "day=today", `campaign=${ROOM}`, `campaign=${ROOM}&group=all`, "room=1", `product=${TEA}&at=1`, `video=${ROOM}`, `room=${ROOM}&product=x&at=1`, `video=${ROOM}&product=${TEA}&at=soon`]) expect(readAsked(new URLSearchParams(query))).toBeNull();
  });
});
