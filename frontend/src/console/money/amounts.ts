/** Amounts, rates and months as people type and read them. Pure. */
import { parseMoney } from "../../lib/format";
import type { MessageKey } from "../../lib/i18n/index.svelte";
import type { Part, Settlement } from "./wire";

/** Months of statements begin at midnight in China unless the platform says otherwise; it only decides what is shown first. */
const BOOKS_UTC_OFFSET_H = 8;

/** An amount of at most so much, or what is wrong with the text. */
export function readAmount(text: string, mostMinor: number): number | MessageKey {
  if (!text.trim()) return "required";
  const minor = parseMoney(text.normalize("NFKC").replaceAll(",", ""));
  if (minor === null) return "price_malformed";
  if (minor < 1) return "price_zero";
  return minor > mostMinor ? "money_too_much" : minor;
}

/** Basis points from a percentage as typed (`2.5` → 250), or what is wrong with it. */
export function readRate(text: string, least: number, most: number): number | MessageKey {
  const typed = /^(\d{1,3})(?:\.(\d{1,2}))?\s*%?$/.exec(text.normalize("NFKC").trim());
  if (!typed) return text.trim() ? "rate_malformed" : "required";
  const points = Number(typed[1]) * 100 + Number((typed[2] ?? "").padEnd(2, "0"));
  return points < least || points > most ? "rate_out_of_range" : points;
}

/** `250` → `2.5`, as one would type it. */
export function textOfRate(points: number): string {
  return String(points / 100);
}

/** `1990` → `19.90`, as one would type it; also below zero. */
export function textOfAmount(minor: number): string {
  return (minor / 100).toFixed(2);
}

/** `2026-11` at this moment. */
export function monthAt(nowMs: number): string {
  return new Date(nowMs + BOOKS_UTC_OFFSET_H * 3_600_000).toISOString().slice(0, 7);
}

/** `2026-11-11` at this moment. */
export function dayAt(nowMs: number): string {
  return new Date(nowMs + BOOKS_UTC_OFFSET_H * 3_600_000).toISOString().slice(0, 10);
}

/** The last months, this one first. */
export function lastMonths(nowMs: number, count: number): string[] {
  const [year = 0, month = 1] = monthAt(nowMs).split("-").map(Number);
  return Array.from({ length: count }, (_, back) => new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7));
}

export type SumLine = { text: MessageKey; minor: number };

/** How the shop's part of an order comes about; what is nothing is left out, but never the goods. */
export function sumOf(settlement: Settlement): SumLine[] {
  const lines: SumLine[] = [
    { text: "money_goods", minor: settlement.goods_minor },
    { text: "money_freight", minor: settlement.freight_minor },
    { text: "money_refunded", minor: -settlement.refunded_minor },
    { text: "money_commission", minor: -settlement.commission_minor },
    { text: "money_service", minor: -settlement.service_minor },
    { text: "money_fee", minor: -settlement.fee_minor },
  ];
  return lines.filter((line, index) => index === 0 || line.minor !== 0);
}

/** In the order of an order's life; what is not known here comes last. */
const MOVEMENTS = ["settle", "claw_back", "draw_on_deposit", "deposit", "deposit_withdrawn", "payout", "payout_returned"];

/** What moved a balance, each kind with what it brought; what brought nothing is left out. */
export function movementsOf(byKind: Record<string, number>): [kind: string, minor: number][] {
  const place = (kind: string) => (MOVEMENTS.includes(kind) ? MOVEMENTS.indexOf(kind) : MOVEMENTS.length);
  return Object.entries(byKind)
    .filter(([, minor]) => minor !== 0)
    .sort(([one], [other]) => place(one) - place(other));
}

/** The sums of a statement, as they stand under each other, and how each is called. */
export const PARTS = [
  ["goods", "money_goods"],
  ["freight", "money_freight"],
  ["refunded", "money_refunded"],
  ["commission", "money_commission"],
  ["service", "money_service"],
  ["fee", "money_fee"],
  ["shop", "money_shop_part"],
] as const satisfies readonly (readonly [Part, MessageKey])[];
const TAKEN_OFF: readonly Part[] = ["refunded", "commission", "service", "fee"];

/** The sum that an address asks for; null if it names none. */
export function partOf(name: string | null): Part | null {
  return PARTS.find(([part]) => part === name)?.[0] ?? null;
}

/** What others get, and what goes back, is taken off. */
export function shownPart(part: Part, minor: number): number {
  return TAKEN_OFF.includes(part) ? 0 - minor : minor;
}

/** Where what a sum is made of is listed. */
export function partHref(month: string, part: Part): string {
  return `/console/money/statement?month=${month}&part=${part}`;
}

/** Where the movements of one kind are listed. */
export function kindHref(month: string, kind: string): string {
  return `/console/money/statement?month=${month}&kind=${kind}`;
}
