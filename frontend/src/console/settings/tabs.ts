/** The parts of the settings, in order. Another one is another line. */
import type { Component } from "svelte";
import { type Area, type MessageKey, needTexts } from "../../lib/i18n/index.svelte";
import type { Right } from "../state/wire";

export type SettingsTab = {
  id: string;
  text: MessageKey;
  /** What it takes to see it; without, it is everybody's own. */
  right?: Right;
  load: () => Promise<{ default: Component }>;
};

/** A part together with its texts, which no other page needs. */
async function withTexts<T>(area: Area, part: Promise<T>): Promise<T> {
  await needTexts(area);
  return part;
}

export const TABS: readonly SettingsTab[] = [
  { id: "shop", text: "settings_tab_shop", right: "shop:read", load: () => import("./ShopPart.svelte") },
  { id: "return-address", text: "settings_tab_return", right: "shop:read", load: () => import("./ReturnAddressPart.svelte") },
  { id: "notices", text: "settings_tab_notices", right: "shop:read", load: () => import("./NoticesPart.svelte") },
  { id: "apps", text: "settings_tab_apps", load: () => withTexts("console_apps", import("../apps/AppsPart.svelte")) },
  { id: "webhooks", text: "settings_tab_webhooks", right: "webhooks:read", load: () => withTexts("console_webhooks", import("../webhooks/WebhooksPart.svelte")) },
  { id: "tokens", text: "settings_tab_tokens", load: () => import("./TokensPart.svelte") },
  { id: "account", text: "settings_tab_account", load: () => import("./AccountPart.svelte") },
];
