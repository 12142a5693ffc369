import { describe, expect, it } from "vitest";
import { lineAt, readWebvtt } from "../src/lib/captions/webvtt";

const FILE = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n便宜 &lt;3 折&gt; &amp; 快\n\nseven\n01:00.000 --> 01:00:00.250 line:0\ntwo\nrows\n\nNOTE nothing\n";

describe("captions", () => {
  it("are read from the file, whatever else stands in it", () => {
    expect(readWebvtt(FILE)).toEqual([
      { startMs: 1000, endMs: 2500, text: "便宜 <3 折> & 快" },
      { startMs: 60_000, endMs: 3_600_250, text: "two rows" },
    ]);
    expect(readWebvtt("WEBVTT\n")).toEqual([]);
  });

  it("show the line of the moment, and none between lines", () => {
    const lines = [
      { startMs: 1000, endMs: 4000, text: "a" },
      { startMs: 2000, endMs: 3000, text: "b" },
      { startMs: 5000, endMs: 6000, text: "c" },
    ];
    expect([999, 1000, 2500, 3500, 5000, 6000].map((ms) => lineAt(lines, ms)?.text ?? null)).toEqual([null, "a", "b", null, "c", null]);
    expect(lineAt([], 0)).toBeNull();
  });
});
