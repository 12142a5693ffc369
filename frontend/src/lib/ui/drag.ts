/** Swipe down to close: the sheet follows the finger, and goes when thrown or pulled past a third. */
export function dragDown(handle: HTMLElement, sheet: HTMLElement, close: () => void): () => void {
  let startY = 0;
  let startedAt = 0;
  let pointer: number | null = null;

  function onDown(event: PointerEvent): void {
    if (event.button !== 0 || (event.target as Element).closest("button, a, input")) return;
    pointer = event.pointerId;
    startY = event.clientY;
    startedAt = event.timeStamp;
    handle.setPointerCapture(pointer);
    sheet.style.transition = "none";
  }
  function onMove(event: PointerEvent): void {
    if (event.pointerId !== pointer) return;
    sheet.style.transform = `translateY(${Math.max(0, event.clientY - startY)}px)`;
  }
  function onUp(event: PointerEvent): void {
    if (event.pointerId !== pointer) return;
    pointer = null;
    const moved = event.clientY - startY;
    const speed = moved / Math.max(1, event.timeStamp - startedAt);
    sheet.style.transition = "";
    sheet.style.transform = "";
    if (event.type === "pointerup" && (moved > sheet.offsetHeight / 3 || (moved > 24 && speed > 0.6))) close();
  }

  handle.addEventListener("pointerdown", onDown);
  handle.addEventListener("pointermove", onMove);
  handle.addEventListener("pointerup", onUp);
  handle.addEventListener("pointercancel", onUp);
  return () => {
    handle.removeEventListener("pointerdown", onDown);
    handle.removeEventListener("pointermove", onMove);
    handle.removeEventListener("pointerup", onUp);
    handle.removeEventListener("pointercancel", onUp);
  };
}
