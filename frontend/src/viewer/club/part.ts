/** What shows a club comes with its texts. */
import { needTexts } from "../../lib/i18n/index.svelte";

export async function clubPart<T>(part: Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([part, needTexts("club")]);
  return loaded;
}
