/** The message catalogue in the reader's language. Only the areas asked for, in the chosen language, are loaded. */
import type { Areas } from "./areas";
import { type Params, fill } from "./fill";

export type Language = "zh" | "en";
export type Area = keyof Areas;
/** Titles of refusals come from the server. */
export type MessageKey = { [A in Exclude<Area, "errors">]: keyof Areas[A] }[Exclude<Area, "errors">];
type Catalogue = Record<string, string>;

const COOKIE = "xd_lang";
const files = import.meta.glob<Catalogue>("../../../../src/xiaodian/messages/*/*.json", { import: "default" });

const state = $state<{ language: Language; texts: Catalogue }>({ language: "zh", texts: {} });
let areas: Area[] = [];
let wanted: Language = "zh";
let shown: Area[] = [];

/** The language chosen before (cookie), else the first of the browser's that we speak, else Chinese. */
export function chooseLanguage(cookie: string, preferred: readonly string[]): Language {
  const chosen = /(?:^|;\s*)xd_lang=(zh|en)\b/.exec(cookie)?.[1];
  if (chosen) return chosen as Language;
  for (const tag of preferred) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language === "zh" || language === "en") return language;
  }
  return "zh";
}

/** Load the texts an app needs; await it before mounting. */
export async function startI18n(needed: Area[]): Promise<void> {
  areas = needed;
  wanted = chooseLanguage(document.cookie, navigator.languages);
  await load();
}

/** Texts that the first load went without; await it before showing what uses them. */
export async function needTexts(area: Area): Promise<void> {
  if (shown.includes(area)) return;
  if (!areas.includes(area)) areas = [...areas, area];
  await load();
}

/** A part of the page that is loaded when it is opened, and the texts that only it needs. */
export async function withTexts<T>(part: Promise<T>, ...needed: Area[]): Promise<T> {
  const loaded = await part;
  for (const area of needed) await needTexts(area);
  return loaded;
}

/** Switch the language in place, and remember it for a year; the server reads the same cookie. */
export async function setLanguage(language: Language): Promise<void> {
  document.cookie = `${COOKIE}=${language}; path=/; max-age=31536000; samesite=lax`;
  wanted = language;
  await load();
}

export function language(): Language {
  return state.language;
}

/** The tag for Intl and `lang`. */
export function locale(): string {
  return state.language === "zh" ? "zh-CN" : "en-GB";
}

/** A text with its `{placeholders}` filled. With `count: 1` the key `<key>_one` is preferred if there is one. */
export function t(key: MessageKey, params?: Params): string {
  return fill(state.texts, key, params);
}

/** As `t`, for keys that are only known at run time (states, reasons); the fallback if there is no such text. */
export function tOr(key: string, fallback: string, params?: Params): string {
  return key in state.texts ? fill(state.texts, key, params) : fallback;
}

/** If something else is wanted by the time it is here, that is loaded too: what was wanted last is shown. */
async function load(): Promise<void> {
  for (;;) {
    const language = wanted;
    const names = areas;
    const texts = await Promise.all(names.map((area) => read(language, area)));
    if (language !== wanted || names !== areas) continue;
    state.texts = Object.assign({}, ...texts);
    state.language = language;
    shown = names;
    document.documentElement.lang = locale();
    return;
  }
}

async function read(language: Language, area: Area): Promise<Catalogue> {
  return (await files[`../../../../src/xiaodian/messages/${language}/${area}.json`]?.()) ?? {};
}
