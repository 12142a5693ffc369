/** The lines of a WebVTT file, and which is to be read at a moment. Pure. */

export type Line = { startMs: number; endMs: number; text: string };

const TIMES = /^(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})\s+-->\s+(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})/;
const SIGNS: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

export function readWebvtt(file: string): Line[] {
  return file.split(/\r?\n\r?\n/).flatMap((block) => {
    const rows = block.split(/\r?\n/);
    const at = rows.findIndex((row) => TIMES.test(row));
    const times = at < 0 ? null : TIMES.exec(rows[at] ?? "");
    if (!times) return [];
    const text = rows
      .slice(at + 1)
      .join(" ")
      .replace(/&(?:lt|gt|amp);/g, (sign) => SIGNS[sign] ?? sign);
    return [{ startMs: toMs(times.slice(1, 5)), endMs: toMs(times.slice(5, 9)), text }];
  });
}

function toMs(parts: (string | undefined)[]): number {
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = parts.map((part) => Number(part ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

/** The line said then; of several, the one that was begun last. Lines are in the order of their beginnings. */
export function lineAt(lines: readonly Line[], ms: number): Line | null {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  const line = lines[low - 1];
  return line && ms < line.endMs ? line : null;
}
