/** Texts from keys; pure, so that it can be tested without a browser. */
export type Params = Record<string, string | number>;

export function fill(texts: Record<string, string>, key: string, params: Params = {}): string {
  const text = (Number(params.count) === 1 ? texts[`${key}_one`] : undefined) ?? texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}
