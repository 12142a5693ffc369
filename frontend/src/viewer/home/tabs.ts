/** The tabs of home. */
export const TABS = ["following", "discover", "live"] as const;
export type HomeTab = (typeof TABS)[number];

export function tabPath(tab: HomeTab): string {
  return tab === "discover" ? "/" : `/?tab=${tab}`;
}

export function tabOf(query: URLSearchParams): HomeTab {
  const asked = query.get("tab");
  return TABS.find((tab) => tab === asked) ?? "discover";
}
