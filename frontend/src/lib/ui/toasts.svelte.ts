/** Short notices at the edge of the screen. They never cover a control for longer than they take to read. */
/** What a press on it does, if more than that it goes. */
type Deed = { text: string; do: () => void };
export type Toast = { id: number; text: string; tone: "plain" | "good" | "bad"; deed?: Deed | undefined };

const SHOWN_MS = 3600;
const list = $state<Toast[]>([]);
let lastId = 0;

export function toasts(): Toast[] {
  return list;
}

export function toast(text: string, tone: Toast["tone"] = "plain", deed?: Deed): void {
  if (list.some((shown) => shown.text === text)) return;
  const id = ++lastId;
  list.push({ id, text, tone, deed });
  if (list.length > 3) list.shift();
  setTimeout(() => dismiss(id), deed ? 2 * SHOWN_MS : SHOWN_MS);
}

export function dismiss(id: number): void {
  const index = list.findIndex((shown) => shown.id === id);
  if (index >= 0) list.splice(index, 1);
}
