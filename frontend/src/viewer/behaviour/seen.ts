/** Half of a film, or of a room on air, was on the screen for a second: what a feed calls an impression. Not part of the first load. */
import { EVERY_MS, type Told, reporter } from "./report";

const HALF = 0.5;
const SEEN_MS = 1000;

/** Tells it once; answers what ends the looking. */
export function noteSeen(node: Element, entry: Told): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const forget = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const look = new IntersectionObserver(
    ([seen]) => {
      if (!seen?.isIntersecting || seen.intersectionRatio < HALF || document.visibilityState === "hidden") return forget();
      timer ??= setTimeout(() => {
        look.disconnect();
        reporter.note("seen", entry, { withinMs: EVERY_MS });
      }, SEEN_MS);
    },
    { threshold: [0, HALF] },
  );
  look.observe(node);
  return () => {
    forget();
    look.disconnect();
  };
}
