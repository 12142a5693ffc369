/** Keeps a feed's index and the place of its scroller together; a turn of the wheel is a step. */
import type { Attachment } from "svelte/attachments";
import { untrack } from "svelte";
import type { Feed } from "./feed.svelte";
import { WheelSteps } from "./wheel";

export function scrolled(feed: Feed, step: (by: number) => void): Attachment<HTMLElement> {
  return (node) =>
    untrack(() => {
      const wheel = new WheelSteps();
      // Who comes back is where they were, and who turns the screen stays where they are.
      const resized = new ResizeObserver(() => node.scrollTo({ top: feed.index * node.clientHeight, behavior: "instant" }));
      const onScroll = () => {
        const index = Math.round(node.scrollTop / Math.max(1, node.clientHeight));
        if (index !== feed.index) feed.to(index);
      };
      const onWheel = (event: WheelEvent) => {
        if (event.ctrlKey) return;
        event.preventDefault();
        const by = wheel.turn(event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1), event.timeStamp);
        if (by !== 0) step(by);
      };
      resized.observe(node);
      node.addEventListener("scroll", onScroll, { passive: true });
      node.addEventListener("wheel", onWheel, { passive: false });
      return () => {
        resized.disconnect();
        node.removeEventListener("scroll", onScroll);
        node.removeEventListener("wheel", onWheel);
      };
    });
}
