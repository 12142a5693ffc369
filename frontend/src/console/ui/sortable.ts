/** Reordering by pointer and by arrow keys. Items are the list's children; a handle is marked `data-handle`. */
type Options = { move: (from: number, to: number) => void; done: () => void; lift: (index: number | null) => void };

const EDGE_PX = 72;
const SCROLL_PX = 14;

export function sortable(list: HTMLElement, options: Options): () => void {
  let held: HTMLElement | null = null;
  let grabX = 0;
  let grabY = 0;
  let pointer = -1;

  const items = () => [...list.children].filter((child): child is HTMLElement => child instanceof HTMLElement && "item" in child.dataset);
  const itemOf = (target: EventTarget | null) => {
    const handle = (target as Element | null)?.closest?.("[data-handle]");
    return handle && list.contains(handle) ? items().find((item) => item.contains(handle)) : undefined;
  };

  function place(event: PointerEvent): void {
    if (!held) return;
    held.style.transform = "none";
    const box = held.getBoundingClientRect();
    held.style.transform = `translate(${event.clientX - grabX - box.left}px, ${event.clientY - grabY - box.top}px)`;
  }

  function onDown(event: PointerEvent): void {
    const item = itemOf(event.target);
    if (!item || event.button !== 0) return;
    event.preventDefault();
    const box = item.getBoundingClientRect();
    held = item;
    pointer = event.pointerId;
    grabX = event.clientX - box.left;
    grabY = event.clientY - box.top;
    list.setPointerCapture(pointer);
    options.lift(items().indexOf(item));
  }

  function onMove(event: PointerEvent): void {
    if (!held || event.pointerId !== pointer) return;
    scrollAtEdge(list, event.clientY);
    const all = items();
    const from = all.indexOf(held);
    const to = nearest(all, event.clientX, event.clientY);
    if (from < 0 || to === from) return place(event);
    options.move(from, to);
    // The framework moves the node in a microtask; the transform must follow its new place.
    queueMicrotask(() => requestAnimationFrame(() => place(event)));
  }

  function onUp(event: PointerEvent): void {
    if (!held || event.pointerId !== pointer) return;
    held.style.transform = "";
    held = null;
    options.lift(null);
    options.done();
  }

  function onKeydown(event: KeyboardEvent): void {
    const item = itemOf(event.target);
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (!item || !step) return;
    event.preventDefault();
    const all = items();
    const from = all.indexOf(item);
    const to = from + step;
    if (to < 0 || to >= all.length) return;
    const handle = event.target as HTMLElement;
    options.move(from, to);
    options.done();
    requestAnimationFrame(() => handle.focus());
  }

  list.addEventListener("pointerdown", onDown);
  list.addEventListener("pointermove", onMove);
  list.addEventListener("pointerup", onUp);
  list.addEventListener("pointercancel", onUp);
  list.addEventListener("keydown", onKeydown);
  return () => {
    list.removeEventListener("pointerdown", onDown);
    list.removeEventListener("pointermove", onMove);
    list.removeEventListener("pointerup", onUp);
    list.removeEventListener("pointercancel", onUp);
    list.removeEventListener("keydown", onKeydown);
  };
}

/** A copy with one element moved. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const copy = [...list];
  copy.splice(to, 0, ...copy.splice(from, 1));
  return copy;
}

/** The place whose box, as laid out, the pointer is in or nearest to. */
function nearest(all: HTMLElement[], x: number, y: number): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [index, item] of all.entries()) {
    const transform = item.style.transform;
    item.style.transform = "none";
    const box = item.getBoundingClientRect();
    item.style.transform = transform;
    const distance = Math.hypot(x - (box.left + box.width / 2), y - (box.top + box.height / 2));
    if (distance < bestDistance) [best, bestDistance] = [index, distance];
  }
  return best;
}

function scrollAtEdge(list: HTMLElement, y: number): void {
  const scroller = list.closest<HTMLElement>("[data-scroller]") ?? document.documentElement;
  const box = scroller === document.documentElement ? { top: 0, bottom: innerHeight } : scroller.getBoundingClientRect();
  if (y < box.top + EDGE_PX) scroller.scrollBy(0, -SCROLL_PX);
  else if (y > box.bottom - EDGE_PX) scroller.scrollBy(0, SCROLL_PX);
}
