/** The topic being written at the caret of a title. Pure. */

export type Open = { from: number; to: number; word: string };

/** Null if the caret is in no topic. */
export function openTopic(text: string, caret: number): Open | null {
  const found = /(?:^|[^\p{L}\p{N}_#])#([\p{L}\p{N}_]*)$/u.exec(text.slice(0, caret));
  if (!found) return null;
  const word = found[1] ?? "";
  return { from: caret - word.length, to: caret, word };
}

/** The title with the topic chosen, and where the caret stands then. */
export function completed(text: string, open: Open, topic: string): { text: string; caret: number } {
  const rest = text.slice(open.to).replace(/^[\p{L}\p{N}_]*/u, "");
  const gap = rest.startsWith(" ") ? "" : " ";
  const begun = text.slice(0, open.from) + topic + gap;
  return { text: begun + rest, caret: begun.length + (gap ? 0 : 1) };
}
