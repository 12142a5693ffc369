/** Keeps the focus inside an element while it is there, and gives it back afterwards. */
const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';

export function trapFocus(node: HTMLElement): () => void {
  const before = document.activeElement;
  const stops = () => [...node.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((stop) => stop.offsetParent !== null);
  (node.querySelector<HTMLElement>("[data-autofocus]") ?? node).focus({ preventScroll: true });

  function onKeydown(event: KeyboardEvent): void {
    if (event.key !== "Tab") return;
    const all = stops();
    const first = all[0];
    const last = all.at(-1);
    const at = document.activeElement;
    // What had the focus may be gone, and the focus with it: bring it back in.
    const isLost = !node.contains(at);
    if (!isOnTop(node)) return;
    if (!first || !last) event.preventDefault();
    else if (event.shiftKey && (isLost || at === first || at === node)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && (isLost || at === last)) {
      event.preventDefault();
      first.focus();
    }
  }

  document.addEventListener("keydown", onKeydown);
  return () => {
    document.removeEventListener("keydown", onKeydown);
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
}

/** Escape closes the uppermost sheet, wherever the focus is: it is lost when what had it is removed. */
export function closeOnEscape(node: HTMLElement, close: () => void): () => void {
  function onKeydown(event: KeyboardEvent): void {
    // While text is composed, Escape is the input method's.
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !isOnTop(node)) return;
    event.preventDefault();
    close();
  }

  document.addEventListener("keydown", onKeydown);
  return () => document.removeEventListener("keydown", onKeydown);
}

function isOnTop(node: HTMLElement): boolean {
  if (document.querySelector("dialog:modal")) return false;
  return [...document.querySelectorAll('[role="dialog"]')].at(-1) === node;
}
