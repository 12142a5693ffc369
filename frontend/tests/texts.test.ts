import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatClock, formatCount, formatMinor, moneyParts, shorten } from "../src/lib/format/plain";
import { fill } from "../src/lib/i18n/fill";
import { ServerClock } from "../src/lib/live/clock";

const root = new URL("../", import.meta.url);
const messages = (language: string, area: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../src/xiaodian/messages/${language}/${area}.json`, root), "utf8"));
/** What is loaded together with a file: all that it imports, and what that imports; not what is imported when needed. */
function importedBy(file: URL, found = new Set<string>()): Set<string> {
  if (found.has(file.href)) return found;
  found.add(file.href);
  if (!/\.(svelte|ts)$/.test(file.href)) return found;
  for (const [, path] of readFileSync(file, "utf8").matchAll(/^\s*(?:import|export)\s+(?!type\b)(?:[^;"]*?from\s+)?"(\.[^"]+)"/gm)) {
    const target = [path, `${path}.ts`, `${path}/index.ts`].map((one) => new URL(one ?? "", file)).find((one) => /\.\w+$/.test(one.href) && existsSync(one));
    if (target) importedBy(target, found);
  }
  return found;
}

/** The texts that a source names: `t("one")`, `t(isOne ? "one" : "other")`. */
const named = (source: string) =>
  [...source.matchAll(/\bt\(([^()]*)/g)].flatMap((call) => [...(call[1] ?? "").matchAll(/"(\w+)"/g)].map((found) => found[1] ?? ""));
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((found) => found[0]).sort();

const AREAS = readdirSync(new URL("../src/xiaodian/messages/zh/", root)).map((name) => name.replace(".json", ""));

describe("the message catalogue", () => {
  it.each(AREAS)("says everything of %s in both languages, with the same facts", (area) => {
    const zh = messages("zh", area);
    const en = messages("en", area);
    expect(Object.keys(en)).toEqual(Object.keys(zh));
    for (const key of Object.keys(zh)) {
      expect([key, placeholders(en[key] ?? "")]).toEqual([key, placeholders(zh[key] ?? "")]);
    }
  });

  it.each([
    ["viewer", ["common", "viewer", "viewer_videos", "sheets", "club"]],
    ["console", ["common", ...AREAS.filter((area) => /^(console|deeds|club$)/.test(area))]],
  ])("loads every text that the %s uses", (app, areas) => {
    const loaded = Object.assign({}, ...areas.map((area) => messages("zh", area)));
    const folder = new URL(`src/${app}/`, root);
    const missing = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(svelte|ts)$/.test(name))
      .flatMap((name) => [...readFileSync(new URL(name, folder), "utf8").matchAll(/\bt\("([\w.]+)"/g)].map((found) => found[1] ?? ""))
      .filter((key) => !(key in loaded));
    expect(missing).toEqual([]);
  });

  it.each([["viewer", /^(common|viewer|viewer_videos|sheets|club)$/], ["console", /^(common|console.*|deeds|club)$/]])("has every text of the %s in one area only, so that none hides another", (_, pattern) => {
    const keys = AREAS.filter((area) => pattern.test(area)).flatMap((area) => Object.keys(messages("zh", area)));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it("has what the first load says in its own area: the sheets' texts come with the sheets", () => {
    const first = importedBy(new URL("src/viewer/main.ts", root));
    // Pages that are a sheetPart come with the sheets' texts.
    for (const page of readFileSync(new URL("src/viewer/pages.ts", root), "utf8").matchAll(/(?<!sheetPart\()import\("\.\/([^"]+)"\)/g)) {
      importedBy(new URL(`src/viewer/${page[1]}`, root), first);
    }
    const files = [...first].map((file) => file.slice(file.lastIndexOf("/") + 1));
    expect(files).toContain("RoomPage.svelte");
    expect(files).toContain("FilmCard.svelte");
    expect(files).not.toContain("CartSheet.svelte");
    const loaded = { ...messages("zh", "common"), ...messages("zh", "viewer"), ...messages("zh", "viewer_videos") };
    const known = { ...loaded, ...messages("zh", "sheets") };
    const late = [...first].flatMap((file) => named(readFileSync(new URL(file), "utf8")).filter((key) => key in known && !(key in loaded)));
    expect(late).toEqual([]);
  });

  it("fills placeholders and leaves unknown ones to be seen", () => {
    const texts = { bag: "{count} items", bag_one: "{count} item" };
    expect(fill(texts, "bag", { count: "1" })).toBe("1 item");
    expect(fill(texts, "bag", { count: "1,001" })).toBe("1,001 items");
    expect(fill(texts, "bag", { count: 2 })).toBe("2 items");
    expect(fill(texts, "bag", { count: 1 })).toBe("1 item");
    expect(fill(texts, "bag")).toBe("{count} items");
    expect(fill(texts, "absent")).toBe("absent");
  });
});

describe("money and numbers", () => {
  it("are written as the reader's language does", () => {
    expect(formatMinor(199_000, "CNY", "zh-CN")).toBe("¥1,990.00");
    expect(formatMinor(1990, "CNY", "en-GB")).toBe("¥19.90");
    expect(formatCount(12_843, "zh-CN")).toBe("1.3万");
    expect(formatClock(187_000)).toBe("3:07");
    expect(formatClock(3_729_000)).toBe("1:02:09");
  });

  it("never lose a fen when the price is set short", () => {
    expect(moneyParts(9900, "CNY", "zh-CN", true)).toEqual({ symbol: "¥", whole: "99", fraction: "" });
    expect(moneyParts(3990, "CNY", "zh-CN", true).fraction).toBe(".9");
    expect(moneyParts(3905, "CNY", "zh-CN", true).fraction).toBe(".05");
    expect(moneyParts(9900, "CNY", "zh-CN", false).fraction).toBe(".00");
  });
});

describe("long titles", () => {
  it("are cut so that what follows them is still seen", () => {
    expect(shorten("丹东草莓", 11)).toBe("丹东草莓");
    expect(shorten("丹东九九红颜草莓 当日现摘 顺丰空运", 11)).toBe("丹东九九红颜草莓 当日…");
    expect(shorten("Sticky corn, ten ears", 11)).toBe("Sticky corn, ten ears");
  });
});

describe("the server's clock", () => {
  it("trusts the shortest round trip", () => {
    const clock = new ServerClock();
    clock.learn(10_000, 0, 2000);
    clock.learn(5050, 0, 100);
    clock.learn(90_000, 0, 3000);
    expect(clock.now(1000)).toBe(6000);
  });
});
