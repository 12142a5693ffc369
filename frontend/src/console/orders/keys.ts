/** Lists by keyboard: down and up, open, select, help. Keys typed into a field belong to the field. */
export type ListDeed = "down" | "up" | "open" | "select" | "search" | "help" | "clear";

const DEEDS: Record<string, ListDeed> = {
  j: "down",
  ArrowDown: "down",
  k: "up",
  ArrowUp: "up",
  Enter: "open",
  x: "select",
  "/": "search",
  "?": "help",
  Escape: "clear",
};

/** What a key means to the list; null if it is meant for something else. */
export function listDeed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "target" | "defaultPrevented">): ListDeed | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.target as { closest?: (selector: string) => unknown } | null;
  if (target?.closest?.("input, textarea, select, [contenteditable], dialog, [role=dialog]")) return null;
  const deed = DEEDS[event.key] ?? null;
  // Where a button or link has the focus, Enter is its own.
  if (deed === "open" && target?.closest?.("button, a")) return null;
  return deed;
}

/** The row that is next to this one; the first if there is none yet. */
export function step(ids: readonly string[], current: string | null, by: 1 | -1): string | null {
  const at = current === null ? -1 : ids.indexOf(current);
  if (at < 0) return ids[0] ?? null;
  return ids[Math.min(Math.max(at + by, 0), ids.length - 1)] ?? null;
}
