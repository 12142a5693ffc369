/** Remembers in this browser what a guest has no interest in. Not part of the first load. */
import { unwanted } from "./feed.svelte";

const MOST = 300;

export function setUnwanted(id: string, isIt: boolean): void {
  const others = unwanted().split(" ").filter((one) => one && one !== id);
  try {
    localStorage["xd_unwanted"] = (isIt ? [...others, id].slice(-MOST) : others).join(" ");
  } catch {
    // A browser that keeps nothing shows it again.
  }
}
