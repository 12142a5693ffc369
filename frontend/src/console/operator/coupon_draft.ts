/** A platform's coupon as it is being typed, and what it becomes. Pure. */
import type { Schemas } from "../../lib/api/client";
import type { MessageKey } from "../../lib/i18n/index.svelte";
import { readPrice } from "../products/draft";

export type CouponDraft = { code: string; title: string; off: string; minSpend: string; quota: string; perAccount: string; until: string; isListed: boolean };
export type NewCoupon = Schemas["NewCoupon"];
export type CouponErrors = Partial<Record<keyof NewCoupon, MessageKey>>;

const CODE = /^[A-Z0-9_-]{3,32}$/;
const MOST_COUPONS = 100_000_000;
const MOST_EACH = 1000;

function readCount(text: string, most: number): number | MessageKey {
  const value = Number(text.normalize("NFKC").trim());
  return Number.isInteger(value) && value >= 1 && value <= most ? value : "count_malformed";
}

/** The coupon, or what is wrong at which field. */
export function readCoupon(draft: CouponDraft, nowMs: number): { coupon: NewCoupon | null; wrong: CouponErrors } {
  const wrong: CouponErrors = {};
  const number = (field: keyof NewCoupon, read: number | MessageKey): number => {
    if (typeof read === "number") return read;
    wrong[field] = read;
    return 0;
  };
  const code = draft.code.normalize("NFKC").trim().toUpperCase();
  if (!CODE.test(code)) wrong.code = code ? "coupon_code_malformed" : "required";
  const isFree = ["", "0"].includes(draft.minSpend.trim());
  const valid_until_ms = new Date(draft.until).getTime();
  if (!(valid_until_ms > nowMs)) wrong.valid_until_ms = "coupon_until_past";
  const coupon: NewCoupon = {
    code,
    title: draft.title.trim(),
    is_listed: draft.isListed,
    is_personal: false,
    off_minor: number("off_minor", readPrice(draft.off)),
    min_spend_minor: isFree ? 0 : number("min_spend_minor", readPrice(draft.minSpend)),
    quota: number("quota", readCount(draft.quota, MOST_COUPONS)),
    per_account: number("per_account", readCount(draft.perAccount, MOST_EACH)),
    valid_until_ms,
  };
  return { coupon: Object.keys(wrong).length === 0 ? coupon : null, wrong };
}
