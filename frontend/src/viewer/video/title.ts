/** A title with its topics as what they are: links. Pure. */

export type TitlePart = { text: string; topic: string | null };

const TOPIC = /#([\p{L}\p{N}_]+)/gu;

/** In the order of the title; what looks like a topic and is none of the video's stays text. */
export function titleParts(title: string, topics: readonly string[]): TitlePart[] {
  const parts: TitlePart[] = [];
  let at = 0;
  for (const found of title.matchAll(TOPIC)) {
    const topic = (found[1] ?? "").toLowerCase();
    if (!topics.includes(topic)) continue;
    if (found.index > at) parts.push({ text: title.slice(at, found.index), topic: null });
    parts.push({ text: found[0], topic });
    at = found.index + found[0].length;
  }
  if (at < title.length) parts.push({ text: title.slice(at), topic: null });
  return parts;
}

export function topicPath(topic: string): string {
  return `/topics/${encodeURIComponent(topic)}`;
}
