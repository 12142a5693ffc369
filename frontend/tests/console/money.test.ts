import { describe, expect, it, vi } from "vitest";
import { Attempt } from "../../src/lib/api/attempt";
import { ApiProblem } from "../../src/lib/api/client";
import { PARTS, dayAt, kindHref, lastMonths, monthAt, movementsOf, partHref, partOf, readAmount, readRate, shownPart, sumOf, textOfAmount, textOfRate } from "../../src/console/money/amounts";
import { isUndecided, once } from "../../src/lib/api/once";
import type { Settlement } from "../../src/console/money/wire";

const settlement: Settlement = {
  order_id: "1",
  number: "22KY-TV32",
  state: "settled",
  due_at_ms: null,
  settled_at_ms: 1,
  goods_minor: 17800,
  freight_minor: 1200,
  refunded_minor: 8900,
  commission_minor: 1335,
  service_minor: 0,
  fee_minor: 89,
  shop_minor: 8676,
  currency: "CNY",
};

describe("an amount to be paid out", () => {
  it("is read as people type it, and never more than there is", () => {
    expect(readAmount("12.5", 2000)).toBe(1250);
    expect(readAmount("１２．50", 2000)).toBe(1250);
    expect(readAmount("1,234.00", 200_000)).toBe(123_400);
    expect(readAmount("20.00", 2000)).toBe(2000);
    expect(readAmount("20.01", 2000)).toBe("money_too_much");
  });

  it("is refused if it is none, with what is wrong", () => {
    expect(readAmount(" ", 2000)).toBe("required");
    expect(readAmount("0", 2000)).toBe("price_zero");
    expect(readAmount("-5", 2000)).toBe("price_malformed");
    expect(readAmount("1.234", 2000)).toBe("price_malformed");
    expect(readAmount("abc", 2000)).toBe("price_malformed");
  });

  it("survives being written out for “all of it”", () => {
    for (const minor of [1, 10, 99, 68667, 100_000_001]) expect(readAmount(textOfAmount(minor), minor)).toBe(minor);
  });
});

describe("a rate", () => {
  it("is a percentage with two decimals at most", () => {
    expect(readRate("2.5", 1, 5000)).toBe(250);
    expect(readRate("0.05%", 1, 5000)).toBe(5);
    expect(readRate("0.29", 1, 5000)).toBe(29);
    expect(readRate("0", 1, 5000)).toBe("rate_out_of_range");
    expect(readRate("50.01", 1, 5000)).toBe("rate_out_of_range");
    expect(readRate("2.555", 1, 5000)).toBe("rate_malformed");
    expect(readRate("", 1, 5000)).toBe("required");
    expect(textOfRate(29)).toBe("0.29");
  });
});

describe("an order's split", () => {
  it("adds up to the shop's part", () => {
    expect(sumOf(settlement).reduce((sum, line) => sum + line.minor, 0)).toBe(settlement.shop_minor);
  });

  it("leaves out what is nothing, but never the goods", () => {
    const texts = sumOf({ ...settlement, goods_minor: 0, freight_minor: 0 }).map((line) => line.text);
    expect(texts).toEqual(["money_goods", "money_refunded", "money_commission", "money_fee"]);
  });
});

describe("months and days of the books", () => {
  it("begin at midnight in China", () => {
    expect(monthAt(Date.UTC(2026, 9, 31, 15, 59))).toBe("2026-10");
    expect(monthAt(Date.UTC(2026, 9, 31, 16, 0))).toBe("2026-11");
    expect(dayAt(Date.UTC(2026, 10, 10, 16, 0))).toBe("2026-11-11");
  });

  it("go back over the turn of the year", () => {
    expect(lastMonths(Date.UTC(2026, 1, 15), 3)).toEqual(["2026-02", "2026-01", "2025-12"]);
  });

  it("list what moved the balance in the order of an order's life", () => {
    const moved = movementsOf({ payout: -100, novel: 5, settle: 300, deposit: 0, claw_back: -20 });
    expect(moved).toEqual([
      ["settle", 300],
      ["claw_back", -20],
      ["payout", -100],
      ["novel", 5],
    ]);
  });
});

describe("a deed that moves money", () => {
  const lost = new ApiProblem(0, "offline", "offline");
  const inFlight = new ApiProblem(409, "idempotency_in_flight", "being done");
  const refused = new ApiProblem(409, "balance_too_low", "too low");

  it("keeps its key while nobody knows whether it was done", async () => {
    const attempt = new Attempt();
    const keys: string[] = [];
    const answers = [lost, inFlight, null];
    const send = vi.fn(async (key: string) => {
      keys.push(key);
      const answer = answers.shift();
      if (answer) throw answer;
      return "done";
    });
    await expect(once(attempt, 100, send)).rejects.toBe(lost);
    await expect(once(attempt, 100, send)).rejects.toBe(inFlight);
    await expect(once(attempt, 100, send)).resolves.toBe("done");
    expect(new Set(keys).size).toBe(1);
  });

  it("takes a new key after an answer, and for another sum", async () => {
    const attempt = new Attempt();
    const keys: string[] = [];
    const send = async (key: string) => void keys.push(key);
    await once(attempt, 100, send);
    await once(attempt, 100, send);
    await expect(
      once(attempt, 100, async (key) => {
        keys.push(key);
        throw refused;
      }),
    ).rejects.toBe(refused);
    await once(attempt, 100, send);
    expect(new Set(keys).size).toBe(4);
  });

  it("is undecided only where it may have been done", () => {
    expect([lost, inFlight, refused, new Error("bug")].map(isUndecided)).toEqual([true, true, false, false]);
  });
});

it("each sum of a statement opens to its own lines, and what is taken off stands below nought there too", () => {
  for (const [part] of PARTS) expect(partOf(new URLSearchParams(partHref("2026-11", part).split("?")[1]).get("part"))).toBe(part);
  expect([partOf(null), partOf("everything"), kindHref("2026-11", "settle")]).toEqual([null, null, "/console/money/statement?month=2026-11&kind=settle"]);
  expect([shownPart("goods", 5), shownPart("fee", 5), shownPart("refunded", -5), shownPart("commission", 0)]).toEqual([5, -5, 5, 0]);
});
