/** What is opened over a page is loaded when it is opened, and so are its texts. */
import { needTexts } from "../../lib/i18n/index.svelte";

/** `{#await sheetPart(import("./cart/CartSheet.svelte")) then { default: CartSheet }}` */
export async function sheetPart<T>(part: Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([part, needTexts("sheets")]);
  return loaded;
}
