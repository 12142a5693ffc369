/** The path of a small line: one point for each value, as wide and high as asked; flat where nothing happened. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  const most = Math.max(0, ...values);
  const y = (value: number) => Math.round((height - (most > 0 ? value / most : 0) * height) * 100) / 100;
  const first = values[0];
  if (first === undefined) return "";
  if (values.length === 1) return `M0 ${y(first)}H${width}`;
  const step = width / (values.length - 1);
  return values.map((value, index) => `${index === 0 ? "M" : "L"}${Math.round(index * step * 100) / 100} ${y(value)}`).join("");
}
