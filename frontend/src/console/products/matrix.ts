/** All combinations of the options' values, and what each keeps when an option or a value comes or goes. Pure. */
export type OptionDraft = { key: number; name: string; values: string[] };
export type Variant = { values: string[] };

export const MAX_OPTIONS = 3;
export const MAX_VALUES = 50;
export const MAX_VALUE_CHARS = 40;

export const keyOf = (values: string[]): string => JSON.stringify(values);

/** Only options that have a name and values count. */
export function cleanOptions(options: OptionDraft[]): { name: string; values: string[] }[] {
  return options.filter((option) => option.name.trim() && option.values.length > 0).map((option) => ({ name: option.name.trim(), values: option.values }));
}

export function combinations(options: { values: string[] }[]): string[][] {
  return options.reduce<string[][]>((rows, option) => rows.flatMap((row) => option.values.map((value) => [...row, value])), [[]]);
}

/**
 * One row for each combination that is sold. A row that there was keeps all it had. When an option is added, its first
 * value takes over the row, and the others begin with the same terms; when one is taken away, the first row stays.
 */
export function combine<T extends Variant>(options: OptionDraft[], rows: T[], excluded: string[], fresh: (like: T | null, values: string[]) => T): T[] {
  const clean = cleanOptions(options);
  if (clean.length === 0) return rows.length > 0 ? [{ ...(rows[0] as T), values: [] }] : [fresh(null, [])];
  const known = new Map(rows.map((row) => [keyOf(row.values), row]));
  const taken = new Set<T>();
  const out = new Set(excluded);
  const wanted = combinations(clean).filter((values) => !out.has(keyOf(values)));
  const exact = wanted.map((values) => known.get(keyOf(values)) ?? null);
  for (const row of exact) if (row) taken.add(row);
  return wanted.map((values, index) => {
    const same = exact[index];
    if (same) return same;
    const like = rows.filter((row) => isLike(row.values, values));
    const heir = like.find((row) => !taken.has(row) && row.values.length !== values.length);
    if (heir) {
      taken.add(heir);
      return { ...heir, values };
    }
    return fresh(like[0] ?? rows[0] ?? null, values);
  });
}

/** A value under a new name: its SKUs, and what is not sold of it, go along. Null if the option has no such new name to give. */
export function renameValue<T extends Variant>(
  draft: { options: OptionDraft[]; skus: T[]; excluded: string[] },
  key: number,
  from: string,
  to: string,
): { options: OptionDraft[]; skus: T[]; excluded: string[] } | null {
  const name = to.trim().slice(0, MAX_VALUE_CHARS);
  const option = draft.options.find((one) => one.key === key);
  if (!option || !name || option.values.includes(name)) return null;
  const place = draft.options.filter((one) => one.name.trim() && one.values.length > 0).indexOf(option);
  const renamed = (values: string[]) => values.map((value, index) => (index === place && value === from ? name : value));
  return {
    options: draft.options.map((one) => (one === option ? { ...one, values: one.values.map((value) => (value === from ? name : value)) } : one)),
    skus: draft.skus.map((sku) => ({ ...sku, values: renamed(sku.values) })),
    excluded: draft.excluded.map((one) => keyOf(renamed(JSON.parse(one) as string[]))),
  };
}

/** Whether one is the beginning of the other. */
function isLike(had: string[], values: string[]): boolean {
  const shared = Math.min(had.length, values.length);
  return had.slice(0, shared).every((value, index) => value === values[index]);
}

/** Several values typed or pasted at once: by comma, 、, line or tab. */
export function readValues(text: string, present: string[]): string[] {
  const values = [...present];
  for (const part of text.split(/[,，、;；\n\t]/)) {
    const value = part.trim().slice(0, MAX_VALUE_CHARS);
    if (value && !values.includes(value) && values.length < MAX_VALUES) values.push(value);
  }
  return values;
}
