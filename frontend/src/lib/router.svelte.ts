/** A tiny router over the history API: the path as state, and links that do not reload. */
const state = $state({ path: location.pathname, query: location.search });

function read(): void {
  state.path = location.pathname;
  state.query = location.search;
}

/** Follow the browser's back and forward, and take over plain clicks on links to our own pages below `base`. */
export function startRouter(isOurs: (path: string) => boolean): void {
  addEventListener("popstate", read);
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || !isOurs(link.pathname)) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState({ within: true }, "", to);
  read();
}

/** Back to where the visitor came from within the app, or to `fallback` if this page was opened directly. */
export function goBack(fallback: string): void {
  if ((history.state as { within?: boolean } | null)?.within) history.back();
  else navigate(fallback, { replace: true });
}

export function path(): string {
  return state.path;
}

export function query(): URLSearchParams {
  return new URLSearchParams(state.query);
}

/** The parameters if the path has this form (`/rooms/:id`), else null. */
export function match(pattern: string, actual: string): Record<string, string> | null {
  const want = pattern.split("/");
  const have = actual.replace(/\/$/, "").split("/");
  if (want.length !== have.length && !(pattern === "/" && actual === "/")) return null;
  const found: Record<string, string> = {};
  for (const [index, part] of want.entries()) {
    const value = have[index] ?? "";
    if (part.startsWith(":")) found[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return null;
  }
  return found;
}
