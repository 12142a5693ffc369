/** A table that one moves in as in a spreadsheet. Pure but for the last function. */
type Place = { row: number; column: number };
type Caret = { isAtStart: boolean; isAtEnd: boolean };

/** Where a key leads to; null: it stays with the input. */
export function nextCell(key: string, at: Place, size: Place, caret: Caret, hasShift = false): Place | null {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [hasShift ? -1 : 1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  if (!step) return null;
  if (key === "ArrowLeft" && !caret.isAtStart) return null;
  if (key === "ArrowRight" && !caret.isAtEnd) return null;
  const row = at.row + (step[0] ?? 0);
  const column = at.column + (step[1] ?? 0);
  return row < 0 || column < 0 || row >= size.row || column >= size.column ? null : { row, column };
}

/** What was copied from a spreadsheet, row by row; null: an ordinary text for one cell. */
export function readCells(text: string): string[][] | null {
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (!/[\n\t]/.test(plain)) return null;
  return plain.split("\n").map((line) => line.split("\t").map((cell) => cell.trim()));
}

/** Moves the focus among inputs that say their `data-row` and `data-column`. */
export function moveIn(table: HTMLElement, event: KeyboardEvent, size: Place): void {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.dataset.row === undefined || event.isComposing || event.altKey || event.metaKey || event.ctrlKey) return;
  const isAll = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  const caret = { isAtStart: isAll || input.selectionEnd === 0, isAtEnd: isAll || input.selectionStart === input.value.length };
  const next = nextCell(event.key, { row: Number(input.dataset.row), column: Number(input.dataset.column) }, size, caret, event.shiftKey);
  // Enter in a table never sends the form, not even from its last row.
  if (event.key === "Enter") event.preventDefault();
  if (!next) return;
  event.preventDefault();
  const cell = table.querySelector<HTMLInputElement>(`[data-row="${next.row}"][data-column="${next.column}"]`);
  cell?.focus();
  cell?.select();
}
