/** What was searched for in this browser, the latest first. */
const KEY = "xd_searches";
const MOST = 8;

export function recent(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function remember(question: string): void {
  keep([question, ...recent().filter((one) => one !== question)].slice(0, MOST));
}

export function forgetAll(): void {
  keep([]);
}

function keep(questions: string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(questions));
  } catch {
    // A browser that keeps nothing remembers nothing.
  }
}
