/** What waits unread for who is signed in: the mark on the avatar, and the message that has just come. Not part of the first load. */
import { mount, unmount, untrack } from "svelte";
import { type Schemas, api, ok } from "../../lib/api/client";
import { needTexts, t } from "../../lib/i18n/index.svelte";
import { path } from "../../lib/router.svelte";
import { me } from "../../lib/session.svelte";
import { sheetPart } from "../state/sheet_part";
import { showAccount } from "../state/shell.svelte";
import { hearBell } from "./bell";
import InboxButton from "./InboxButton.svelte";

export type Notice = Schemas["NoticeView"];
type Coupons = { openBag(): void };

const state = $state<{ unread: number; elsewhere: number; isSeen: boolean }>({ unread: 0, elsewhere: 0, isSeen: true });
let isWanted = false;
/** The newest message that has popped up, or was there when the page came. */
let newest = "";
let bag: Coupons | null = null;
let closePopup = () => {};

export const unread = (): number => state.unread;

/** Ask what is unread; with `andTell` what is new pops up. */
export async function look(andTell = false): Promise<void> {
  await needTexts("sheets");
  const { items, unread } = await ok(api.GET("/api/me/notices", { params: { query: { limit: 1 } } }));
  const [notice] = items;
  state.unread = unread;
  const isNew = notice !== undefined && !notice.is_read && notice.notice_id > newest;
  if (notice && notice.notice_id > newest) newest = notice.notice_id;
  if (!isNew || !andTell) return;
  // Who is where it leads to has seen it.
  if (notice.link === path() && notice.kind !== "shop_message") await readAlone(notice.notice_id);
  else await pop(notice);
}

export async function readAlone(notice_id: string): Promise<void> {
  state.unread = Math.max(0, state.unread - 1);
  await ok(api.POST("/api/me/notices/read", { body: { up_to: notice_id, is_alone: true } }));
}

export async function readUpTo(notice_id: string): Promise<void> {
  await ok(api.POST("/api/me/notices/read", { body: { up_to: notice_id, is_alone: false } }));
  await look();
}

export const ring = (): void => void look(true).catch(() => undefined);

/** A page has a connection of its own in which the bell hangs, and perhaps a bag in which a coupon can be used; answers what ends it. */
export function heardIn(coupons: Coupons): () => void {
  // Who calls is an effect: it must not run again because of what it changes here.
  untrack(() => (state.elsewhere += 1));
  bag = coupons;
  return () => {
    state.elsewhere -= 1;
    if (bag === coupons) bag = null;
  };
}

/** The account's sheet is to open where the messages are. */
export function showNotices(): void {
  isWanted = true;
  showAccount();
}

/** Whether the messages were asked for; asked again, they were not. */
export function takeWanted(): boolean {
  const was = isWanted;
  isWanted = false;
  return was;
}

async function pop(notice: Notice): Promise<void> {
  const { default: MessagePopup } = await sheetPart(import("./MessagePopup.svelte"));
  closePopup();
  const popup = mount(MessagePopup, { target: document.body, props: { notice, coupons: bag, onclose: () => closePopup() } });
  closePopup = () => {
    closePopup = () => {};
    void unmount(popup);
  };
}

let spot: Element | null = null;
let button: object | null = null;

/** Pages without one's avatar say before what in their head the way to the messages may stand. */
function place(): void {
  document.querySelector('[data-testid="account"]')?.setAttribute("aria-describedby", "unread");
  // In a room it stands before the sound's button.
  const found = document.querySelector('[data-inbox], [data-testid="sound"]');
  if (found === spot) return;
  if (button) void unmount(button);
  spot = found;
  button = found?.parentElement ? mount(InboxButton, { target: found.parentElement, anchor: found }) : null;
}

/** The mark is drawn by the style sheet on what stands for the account, and said by what describes it. */
function mark(count: number): void {
  const root = document.documentElement;
  root.toggleAttribute("data-unread", count > 0);
  let words = document.getElementById("unread");
  if (!words) {
    words = document.body.appendChild(document.createElement("span"));
    words.id = "unread";
    words.hidden = true;
  }
  words.textContent = count > 0 ? t("unread_n", { count }) : "";
}

$effect.root(() => {
  const onVisible = () => (state.isSeen = document.visibilityState !== "hidden");
  document.addEventListener("visibilitychange", onVisible);
  $effect(() => {
    if (me()?.account_id) return;
    state.unread = 0;
    newest = "";
    untrack(() => closePopup());
  });
  $effect(() => {
    if (me()?.account_id && state.isSeen) untrack(() => void look().catch(() => undefined));
  });
  $effect(() => {
    if (me()?.account_id && state.isSeen && state.elsewhere === 0) return untrack(() => hearBell(ring, () => void look().catch(() => undefined)));
  });
  $effect(() => mark(state.unread));
  const app = document.getElementById("app");
  if (app) new MutationObserver(place).observe(app, { childList: true });
  place();
});
