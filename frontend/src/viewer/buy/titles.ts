/** What stands at the top of a sheet in each step. */
import { t } from "../../lib/i18n/index.svelte";
import { PLATFORM } from "./coupons";
import type { Step } from "./steps.svelte";

export function titleOf(step: Step, start: string): string {
  switch (step.name) {
    case "start":
      return start;
    case "shop":
      return t("shop");
    case "confirm":
      return t("confirm_order");
    case "sign_in":
      return t("sign_in_to_buy");
    case "addresses":
      return t("choose_address");
    case "address":
      return t(step.address ? "edit_address" : "add_address");
    case "coupons":
      return t(step.shopId === PLATFORM ? "choose_platform_coupon" : "choose_coupon");
    case "cashier":
      return t(step.cashier.step === "paid" ? "paid" : "pay");
  }
}
