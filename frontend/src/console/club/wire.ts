/** What the API answers about a shop's fan club, and what is typed for it. */
import type { Schemas } from "../../lib/api/client";

export type ClubSettings = Schemas["ClubSettings"];
export type ClubMember = Schemas["ClubMember"];
type ClubInput = Schemas["ClubInput"];
export type Colour = ClubSettings["levels"][number]["colour"];
export const COLOURS: readonly Colour[] = ["mist", "leaf", "sea", "grape", "persimmon", "gold"];
export const FEWEST_LEVELS = 3;
export const MOST_LEVELS = 6;
export const RULES = ["minute_points", "daily_minutes", "yuan_points", "month_points"] as const;

type TypedLevel = { name: string; colour: string; points: string; coupon: string };
export type Typed = { name: string; word: string; levels: TypedLevel[] } & Record<(typeof RULES)[number], string>;

/** As it is sent when nothing but whether it is open changes. */
export function inputOf(settings: ClubSettings, is_open: boolean): ClubInput {
  return { is_open, name: settings.name, word: settings.word, ...settings.rules, levels: settings.levels };
}

export function typedOf(settings: ClubSettings): Typed {
  const { minute_points, daily_minutes, yuan_points, month_points } = settings.rules;
  return {
    name: settings.name,
    word: settings.word,
    minute_points: String(minute_points),
    daily_minutes: String(daily_minutes),
    yuan_points: String(yuan_points),
    month_points: String(month_points),
    levels: settings.levels.map((level) => ({
      name: level.name,
      colour: level.colour,
      points: String(level.points),
      coupon: level.coupon_id ?? "",
    })),
  };
}

/** What is wanted, or which fields hold no number; the server has the last word on the rest. */
export function readTyped(typed: Typed): { wanted: ClubInput | null; wrong: string[] } {
  const wrong: string[] = [];
  const read = (field: string, text: string): number => {
    if (!/^\d{1,9}$/.test(text.trim())) wrong.push(field);
    return Number(text);
  };
  const rules = Object.fromEntries(RULES.map((rule) => [rule, read(rule, typed[rule])])) as Record<(typeof RULES)[number], number>;
  const levels = typed.levels.map((level, index) => ({
    name: level.name.trim(),
    colour: level.colour as Colour,
    points: read(`levels[${index}].points`, level.points),
    coupon_id: level.coupon || null,
  }));
  const wanted = { is_open: true, name: typed.name.trim(), word: typed.word.trim(), ...rules, levels };
  return { wanted: wrong.length ? null : wanted, wrong };
}
