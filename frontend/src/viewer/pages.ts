/** Which page an address is of. Each is a part of its own: who opens a room does not load the feed. */
import type { Component } from "svelte";
import { match } from "../lib/router.svelte";
import { readReturn } from "./pay/return_address";
import { sheetPart } from "./state/sheet_part";

type Loaded = { default: Component<Record<string, string>> };
export type Found = { name: string; params: Record<string, string>; load: () => Promise<Loaded> };

const as = (part: Promise<unknown>) => part as Promise<Loaded>;
const PAGES: [pattern: string, name: string, load: () => Promise<Loaded>][] = [
  ["/", "home", () => as(import("./home/Home.svelte"))],
  ["/rooms/:roomId", "room", () => as(import("./room/RoomPage.svelte"))],
  ["/videos/:videoId", "video", () => as(import("./video/VideoPage.svelte"))],
  ["/v/:videoId", "video", () => as(import("./video/VideoPage.svelte"))],
  ["/topics/:topic", "topic", () => as(sheetPart(import("./topic/TopicPage.svelte")))],
  ["/search", "search", () => as(sheetPart(import("./search/SearchPage.svelte")))],
  ["/creators/:creatorId", "creator", () => as(sheetPart(import("./creator/CreatorPage.svelte")))],
];

/** Null: there is no such page. */
export function pageOf(path: string, query: URLSearchParams): Found | null {
  // Who comes back from paying sees home below what became of it.
  const shown = readReturn(path, query) ? "/" : path;
  for (const [pattern, name, load] of PAGES) {
    const params = match(pattern, shown);
    if (params) return { name, params, load };
  }
  return null;
}

export function keyOf(page: Found | null): string {
  return page ? JSON.stringify([page.name, page.params]) : "";
}

/** Addresses that this app shows; links to others leave it. */
export function isOurs(path: string): boolean {
  return path === "/" || /^\/(rooms|pay|videos|v|topics|creators|search)(\/|$)/.test(path);
}
