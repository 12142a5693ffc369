/** The film's stills as a strip, and where on it a moment is. Pure. */
import type { Vod } from "../wire";

export type Strip = { url: string; columns: number; rows: number; everyMs: number; durationMs: number; /** Width by height of one still. */ aspect: number };

export function stripOf(vod: Vod): Strip | null {
  const { sprite_url: url, sprite_columns: columns, sprite_every_ms: everyMs, duration_ms: durationMs } = vod;
  if (!url || !columns || !everyMs || !durationMs) return null;
  const rows = Math.ceil(Math.max(1, Math.ceil(durationMs / everyMs)) / columns);
  return { url, columns, rows, everyMs, durationMs, aspect: (vod.width ?? 9) / (vod.height ?? 16) };
}

/** How the sprite is laid so that only the still of this moment is seen. */
export function stillStyle(strip: Strip, atMs: number): string {
  const most = Math.max(1, Math.ceil(strip.durationMs / strip.everyMs)) - 1;
  const still = Math.min(most, Math.max(0, Math.floor(atMs / strip.everyMs)));
  const part = (index: number, count: number) => (count > 1 ? (100 * index) / (count - 1) : 0);
  const x = part(still % strip.columns, strip.columns);
  const y = part(Math.floor(still / strip.columns), strip.rows);
  return `background-image: url("${strip.url}"); background-size: ${strip.columns * 100}% ${strip.rows * 100}%; background-position: ${x}% ${y}%`;
}

export function xOf(atMs: number, durationMs: number, width: number): number {
  return durationMs > 0 ? (Math.min(Math.max(atMs, 0), durationMs) / durationMs) * width : 0;
}

export function msAt(x: number, durationMs: number, width: number): number {
  return width > 0 ? (Math.min(Math.max(x, 0), width) / width) * durationMs : 0;
}

const TICKS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const LEAST_GAP = 56;

/** Whole steps of time, far enough apart to be read. */
export function ticksOf(durationMs: number, width: number): number[] {
  const perSecond = width / Math.max(1, durationMs / 1000);
  const stepS = TICKS_S.find((each) => each * perSecond >= LEAST_GAP) ?? 7200;
  return Array.from({ length: Math.floor(durationMs / 1000 / stepS) + 1 }, (_, index) => index * stepS * 1000);
}

/** A moment in words: `0:07.5` while tenths matter. */
export function momentText(ms: number): string {
  const tenths = Math.round(ms / 100);
  const whole = Math.floor(tenths / 10);
  const text = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  return tenths % 10 === 0 ? text : `${text}.${tenths % 10}`;
}

/** Where a key takes a slider; null if it is none of its keys. */
export function keyedTo(event: { key: string; shiftKey: boolean }, atMs: number, mostMs: number): number | null {
  const step = event.shiftKey ? 5000 : 500;
  const to = { ArrowLeft: atMs - step, ArrowDown: atMs - step, ArrowRight: atMs + step, ArrowUp: atMs + step, PageDown: atMs - 10_000, PageUp: atMs + 10_000, Home: 0, End: mostMs }[event.key];
  return to === undefined ? null : Math.min(mostMs, Math.max(0, to));
}
