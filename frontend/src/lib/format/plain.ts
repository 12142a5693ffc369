/** The pure part of formatting; the locale is a parameter. */

export function formatMinor(amountMinor: number, currency: string, locale: string): string {
  return new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" }).format(
    amountMinor / 100,
  );
}

export function formatCount(value: number, locale: string): string {
  const notation = value < 10_000 ? "standard" : "compact";
  return new Intl.NumberFormat(locale, { notation, maximumFractionDigits: notation === "compact" ? 1 : 0 }).format(value);
}

/** Symbol, whole and fraction of an amount, to set them in different sizes. `short` drops a fraction of zeros. */
export function moneyParts(
  amountMinor: number,
  currency: string,
  locale: string,
  short: boolean,
): { symbol: string; whole: string; fraction: string } {
  const parts = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" }).formatToParts(
    amountMinor / 100,
  );
  const pick = (...types: string[]) =>
    parts
      .filter((part) => types.includes(part.type))
      .map((part) => part.value)
      .join("");
  const fraction = pick("decimal", "fraction");
  return {
    symbol: pick("minusSign", "currency").replace("-", "−"),
    whole: pick("integer", "group"),
    fraction: short ? fraction.replace(/^\D0+$/, "").replace(/0+$/, "") : fraction,
  };
}

/** At most so many columns (a Chinese character is one, a Latin one half), the rest as an ellipsis. */
export function shorten(text: string, columns: number): string {
  let used = 0;
  let kept = "";
  for (const character of text) {
    used += character.charCodeAt(0) < 0x2e80 ? 0.5 : 1;
    if (used > columns) return `${kept.trimEnd()}…`;
    kept += character;
  }
  return text;
}

/** Milliseconds as `3:07` or `1:02:09`. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Whole days, hours and minutes of a span. */
export function durationParts(ms: number): { days: number; hours: number; minutes: number } {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  return { days: Math.floor(minutes / 1440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60 };
}
