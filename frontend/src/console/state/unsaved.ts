/** Asks before a page with unsaved changes is left: by a link, by the browser's back, by closing the tab. */
import { navigate } from "../../lib/router.svelte";

let onBack: ((event: PopStateEvent) => void) | null = null;

/** Call before the router starts: listeners on the window are called in the order in which they were added. */
export function watchBack(): void {
  addEventListener("popstate", (event) => onBack?.(event));
}

/** Guard while the returned function has not been called. `ask` resolves to true if the changes may be lost. */
export function guardUnsaved(isDirty: () => boolean, ask: () => Promise<boolean>): () => void {
  const here = location.pathname + location.search;

  async function leave(to: string): Promise<void> {
    if (!(await ask())) return;
    stop();
    navigate(to);
  }

  function onClick(event: MouseEvent): void {
    const link = (event.target as Element | null)?.closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin) return;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !isDirty()) return;
    event.preventDefault();
    event.stopPropagation();
    void leave(link.pathname + link.search);
  }

  function onPop(event: PopStateEvent): void {
    if (!isDirty()) return;
    event.stopImmediatePropagation();
    const to = location.pathname + location.search;
    history.pushState({ within: true }, "", here);
    void leave(to);
  }

  function onUnload(event: BeforeUnloadEvent): void {
    if (isDirty()) event.preventDefault();
  }

  function stop(): void {
    document.removeEventListener("click", onClick, true);
    if (onBack === onPop) onBack = null;
    removeEventListener("beforeunload", onUnload);
  }

  document.addEventListener("click", onClick, true);
  onBack = onPop;
  addEventListener("beforeunload", onUnload);
  return stop;
}
