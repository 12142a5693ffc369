/** The message catalogue in the reader's language. Only the areas asked for, in the chosen language, are loaded. */
import type common from "../../../../src/xiaodian/messages/zh/common.json";
import type consoleTexts from "../../../../src/xiaodian/messages/zh/console.json";
import type viewer from "../../../../src/xiaodian/messages/zh/viewer.json";
import { type Params, fill } from "./fill";

export type Language = "zh" | "en";
export type Area = "common" | "viewer" | "console" | "errors";
export type MessageKey = keyof typeof common | keyof typeof viewer | keyof typeof consoleTexts;
type Catalogue = Record<string, string>;

const COOKIE = "xd_lang";
const files = import.meta.glob<Catalogue>("../../../../src/xiaodian/messages/*/*.json", { import: "default" });

const state = $state<{ language: Language; texts: Catalogue }>({ language: "zh", texts: {} });
let areas: Area[] = [];

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
  await load(chooseLanguage(document.cookie, navigator.languages));
}

/** Switch the language in place, and remember it for a year; the server reads the same cookie. */
export async function setLanguage(language: Language): Promise<void> {
  document.cookie = `${COOKIE}=${language}; path=/; max-age=31536000; samesite=lax`;
  await load(language);
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

async function load(language: Language): Promise<void> {
  const loaded = await Promise.all(
    areas.map((area) => files[`../../../../src/xiaodian/messages/${language}/${area}.json`]?.() ?? {}),
  );
  state.texts = Object.assign({}, ...loaded);
  state.language = language;
  document.documentElement.lang = locale();
}
