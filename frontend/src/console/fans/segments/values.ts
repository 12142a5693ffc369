/** Values of conditions as people write them: money in yuan, shares in percent, watch time in minutes. */
import type { Schemas } from "../../../lib/api/client";
import { parseMoney } from "../../../lib/format";

export type ConditionField = Schemas["ConditionField"];
type Value = string | number | boolean;

const MINUTE_S = 60;

/** What stands in the input. */
export function shown(field: ConditionField, value: Value): string {
  if (field.kind === "money") return String(Number(value) / 100);
  if (field.kind === "share") return String(Number((Number(value) * 100).toFixed(4)));
  if (field.kind === "seconds") return String(Number((Number(value) / MINUTE_S).toFixed(3)));
  return String(value);
}

/** What the API takes; null: it is empty or no value of this field. */
export function read(field: ConditionField, text: string): Value | null {
  const plain = text.normalize("NFKC").trim();
  if (!plain) return null;
  switch (field.kind) {
    case "flag":
      return plain === "true";
    case "money":
      return parseMoney(plain);
    case "share":
      return within(Number((Number(plain) / 100).toFixed(6)), 1);
    case "seconds":
      return within(Math.round(Number(plain) * MINUTE_S), Number.MAX_SAFE_INTEGER);
    case "integer":
    case "days":
      return whole(plain, Number.MAX_SAFE_INTEGER);
    case "hour":
      return whole(plain, 23);
    default:
      return plain;
  }
}

const within = (value: number, most: number): number | null => (value >= 0 && value <= most ? value : null);
const whole = (plain: string, most: number): number | null => (/^\d{1,12}$/.test(plain) ? within(Number(plain), most) : null);

/** In which order and under which heads fields are offered. */
export const FIELD_GROUPS: readonly { head: string; kinds: readonly string[] }[] = [
  { head: "buying", kinds: ["orders", "spent_minor", "average_minor", "days_since_last", "days_since_first", "recent_orders", "recent_spent_minor", "occasions", "paid_orders", "returned_share", "first_day", "last_day", "usual_hour", "source"] },
  { head: "goods", kinds: ["bought_product", "bought_category", "used_coupon", "bought_in_room", "rooms_bought_in"] },
  { head: "watching", kinds: ["watch_s", "views", "days_since_seen", "attended_room", "rooms_attended", "comments", "likes"] },
  { head: "bond", kinds: ["segment", "days_in_segment", "club_level", "tags", "follows", "days_since_followed", "likelihood"] },
];
