/** Something on a time line is taken hold of and moved, by mouse, pen or finger. */
import type { Attachment } from "svelte/attachments";

const SLACK = 4;

/** `move` gets how far it is from where it was taken, in pixels; `tap` is a press without a move. */
export function draggable(begin: () => { move: (dx: number) => void; end?: () => void; tap?: () => void }): Attachment<HTMLElement> {
  return (element) => {
    function onpointerdown(event: PointerEvent): void {
      if (event.button !== 0) return;
      event.stopPropagation();
      element.setPointerCapture(event.pointerId);
      const startX = event.clientX;
      let hasMoved = false;
      const held = begin();
      const onmove = (moved: PointerEvent) => {
        if (moved.pointerId !== event.pointerId) return;
        const dx = moved.clientX - startX;
        if (!hasMoved && Math.abs(dx) < SLACK) return;
        hasMoved = true;
        held.move(dx);
      };
      const onend = (ended: PointerEvent) => {
        if (ended.pointerId !== event.pointerId) return;
        element.removeEventListener("pointermove", onmove);
        element.removeEventListener("pointerup", onend);
        element.removeEventListener("pointercancel", onend);
        if (hasMoved) held.end?.();
        else held.tap?.();
      };
      element.addEventListener("pointermove", onmove);
      element.addEventListener("pointerup", onend);
      element.addEventListener("pointercancel", onend);
    }
    element.addEventListener("pointerdown", onpointerdown);
    return () => element.removeEventListener("pointerdown", onpointerdown);
  };
}
