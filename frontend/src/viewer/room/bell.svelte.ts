/** A message that comes while its reader watches a room pops up at the picture's edge. Not part of the first load. */
import { mount, unmount } from "svelte";
import { type Schemas, api, ok } from "../../lib/api/client";
import { me } from "../../lib/session.svelte";
import type { PlaceSheets } from "../place/sheets.svelte";
import { sheetPart } from "../state/sheet_part";
import type { RoomSession } from "./session.svelte";

export type Notice = Schemas["NoticeView"];

/** Hangs up the bell of who watches, whenever the socket is there; answers what ends it. */
export function hearBell(session: RoomSession, sheets: PlaceSheets): () => void {
  let seen = "";
  let close = () => {};

  async function hang(): Promise<void> {
    const { key } = await ok(api.GET("/api/me/notices/bell"));
    session.tell({ type: "bell", key });
  }
  async function show(): Promise<void> {
    const { items } = await ok(api.GET("/api/me/notices", { params: { query: { limit: 1 } } }));
    const [notice] = items;
    const target = document.querySelector('[data-testid="room"]');
    if (!notice || notice.is_read || notice.kind !== "shop_message" || notice.notice_id === seen || !target) return;
    const { default: MessagePopup } = await sheetPart(import("./MessagePopup.svelte"));
    seen = notice.notice_id;
    close();
    const popup = mount(MessagePopup, { target, props: { notice, sheets, onclose: () => close() } });
    close = () => {
      close = () => {};
      void unmount(popup);
    };
  }
  const stop = $effect.root(() => {
    $effect(() => {
      if (session.link === "live" && me()) void hang().catch(() => undefined);
    });
  });
  const onRing = () => void show().catch(() => undefined);
  session.onRing = onRing;
  return () => {
    if (session.onRing === onRing) session.onRing = null;
    stop();
    close();
  };
}
