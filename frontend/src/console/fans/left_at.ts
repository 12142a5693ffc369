/** What a list of fans is asked for stands in its address, so that coming back to it, or reloading it, shows the same. */
const at = { fans: "/console/fans", audience: "/console/audience" };

/** What the address asks for. */
export const askedFor = (): URLSearchParams => new URLSearchParams(location.search);

/** Write down what is shown, without going anywhere; an empty value is not asked for. */
export function noteList(side: keyof typeof at, values: Record<string, string>): void {
  const asked = askedFor();
  for (const [name, value] of Object.entries(values)) {
    if (value) asked.set(name, value);
    else asked.delete(name);
  }
  const text = asked.toString();
  at[side] = location.pathname + (text ? `?${text}` : "");
  history.replaceState(history.state, "", at[side]);
}

/** Where a fan's page leads back to: the list that was looked at last, as it was asked. */
export function listLeft(side: keyof typeof at): string {
  return at[side];
}
