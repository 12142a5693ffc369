/** Words and button, loaded with their texts when there is something to read. */
import { sheetPart } from "../state/sheet_part";

export async function captionParts() {
  const [{ default: Words }, { default: Toggle }] = await sheetPart(Promise.all([import("./CaptionWords.svelte"), import("./CaptionToggle.svelte")]));
  return { Words, Toggle };
}
