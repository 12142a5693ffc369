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
    if (!first || !last) event.preventDefault();
    else if (event.shiftKey && (at === first || at === node)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && at === last) {
      event.preventDefault();
      first.focus();
    }
  }

  node.addEventListener("keydown", onKeydown);
  return () => {
    node.removeEventListener("keydown", onKeydown);
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
}
