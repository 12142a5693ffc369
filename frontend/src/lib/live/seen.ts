/** Does something again and again while the page is looked at, and at once when somebody comes back to it. */
export type Page = Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">;

export function whileSeen(page: Page, everyMs: number, run: () => void): () => void {
  const runIfSeen = () => page.visibilityState === "visible" && run();
  const timer = setInterval(runIfSeen, everyMs);
  page.addEventListener("visibilitychange", runIfSeen);
  return () => {
    clearInterval(timer);
    page.removeEventListener("visibilitychange", runIfSeen);
  };
}
