/** A message as it is being written. */
import { api, ok } from "../../lib/api/client";
import { t } from "../../lib/i18n/index.svelte";
import type { FieldErrors } from "../state/form";
import { shopId } from "../state/session.svelte";
import type { Campaign, Coupon } from "../state/wire";
import { readMinute } from "../ui/local_minute";

const NAME_CHARS = 20;
/** A time is typed to the minute. */
const MINUTE_MS = 60_000;

/** What a message that was given no name is called in lists. */
export function firstWords(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  const letters = [...line];
  return letters.length <= NAME_CHARS ? line : `${letters.slice(0, NAME_CHARS - 1).join("")}…`;
}

export class MessageDraft {
  name = $state("");
  text = $state("");
  segment = $state("buyers");
  couponId = $state("");
  roomId = $state("");
  pictureUrl = $state<string | null>(null);
  channels = $state<Campaign["channels"]>(["app"]);
  sendAt = $state("");
  delay = $state("7");
  /** Of who comes into a segment: how many days long nobody is reached again. */
  again = $state("30");
  /** Of rooms that are planned: when one is announced, and so long before it begins; empty: not then. */
  atAnnouncement = $state(false);
  minutesBefore = $state("30");
  holdOut = $state("10");
  isWithoutHoldOut = $state(false);
  coupons = $state.raw<Coupon[]>([]);
  readonly #windowDays: number;
  readonly #link: string | null;

  /** A flow is for all at first, a message that is sent once for all who have bought. */
  constructor(before: Campaign | null, delayDays: number, readonly isFlow = false) {
    this.segment = before?.segment ?? (isFlow ? "" : "buyers");
    this.atAnnouncement = before?.at_announcement ?? false;
    this.minutesBefore = before ? String(before.minutes_before ?? "") : "30";
    this.again = String(before?.again_days ?? 30);
    this.name = before?.name ?? "";
    this.text = before?.text ?? "";
    this.couponId = before?.coupon_id ?? "";
    this.pictureUrl = before?.picture_url ?? null;
    this.channels = before?.channels ?? ["app"];
    this.delay = String(before?.delay_days ?? delayDays);
    this.isWithoutHoldOut = before?.hold_out_bp === 0;
    this.holdOut = String((before?.hold_out_bp || 1000) / 100);
    this.#windowDays = before?.window_days ?? 7;
    this.#link = before?.link ?? null;
  }

  /** Of ten thousand. */
  get holdOutBp(): number {
    return this.isWithoutHoldOut ? 0 : Math.round(Number(this.holdOut.normalize("NFKC").trim()) * 100);
  }

  get isHoldOutGood(): boolean {
    return this.isWithoutHoldOut || (this.holdOutBp >= 100 && this.holdOutBp <= 5000);
  }

  get sendAtMs(): number | null {
    return readMinute(this.sendAt);
  }

  get delayDays(): number {
    return Number(this.delay.normalize("NFKC").trim());
  }

  get againDays(): number {
    return Number(this.again.normalize("NFKC").trim());
  }

  /** Of a flow of rooms; other flows have no such moments. */
  moments(ofRooms: boolean): { at_announcement: boolean; minutes_before: number | null } {
    if (!ofRooms) return { at_announcement: false, minutes_before: null };
    return { at_announcement: this.atAnnouncement, minutes_before: this.minutesBefore ? Number(this.minutesBefore) : null };
  }

  check({ needsSegment = false, ofRooms = false } = {}): FieldErrors {
    const wrong: FieldErrors = {};
    if (!this.text.trim()) wrong.text = t("required");
    if (!this.isHoldOutGood) wrong.hold_out_bp = t("outreach_hold_out_wrong");
    if (!(Number.isInteger(this.delayDays) && this.delayDays >= 0 && this.delayDays <= 365)) wrong.delay_days = t("count_malformed");
    if (!(Number.isInteger(this.againDays) && this.againDays >= 1 && this.againDays <= 365)) wrong.again_days = t("count_malformed");
    if (needsSegment && !this.segment) wrong.segment = t("outreach_choose_segment");
    if (ofRooms && !this.atAnnouncement && !this.minutesBefore) wrong.minutes_before = t("outreach_no_moment");
    if (this.sendAt && !(this.sendAtMs !== null && this.sendAtMs > Date.now() - MINUTE_MS)) wrong.send_at_ms = t("outreach_send_at_past");
    if (this.channels.length === 0) wrong.channels = t("required");
    return wrong;
  }

  /** What once and standing messages have in common. */
  get body() {
    return {
      name: this.name.trim() || firstWords(this.text),
      text: this.text.trim(),
      link: this.#link,
      coupon_id: this.couponId || null,
      picture_url: this.pictureUrl,
      channels: this.channels,
      hold_out_bp: this.holdOutBp,
      is_without_hold_out: this.isWithoutHoldOut,
      window_days: this.#windowDays,
    };
  }

  async loadCoupons(): Promise<void> {
    try {
      const page = await ok(api.GET("/api/shops/{shop_id}/coupons", { params: { path: { shop_id: shopId() }, query: { limit: 100 } } }));
      this.coupons = page.items.filter((one) => one.is_personal && one.ended_at_ms === null && one.valid_until_ms > Date.now());
    } catch {
      this.coupons = [];
    }
  }
}
