/** What a refused form shows, and where. */
import { tick } from "svelte";
import { ApiProblem, textOf } from "../../lib/api/client";

export type FieldErrors = Record<string, string>;

/** `data.skus[0].price_minor` → `skus.0.price_minor` */
export function normalizeField(field: string): string {
  return field.replace(/^(\$\.|data\.)/, "").replace(/\[(\d+)\]/g, ".$1");
}

/** The problem's text at its field if the form has it (or the list it belongs to), else under "". */
export function errorsOf(error: unknown, known: (field: string) => boolean): FieldErrors {
  const text = textOf(error);
  if (!(error instanceof ApiProblem) || !error.field) return { "": text };
  const field = normalizeField(error.field);
  if (known(field)) return { [field]: text };
  const root = field.split(".")[0] ?? "";
  return { [known(root) ? root : ""]: text };
}

/** What is wrong is looked at and can be mended at once, wherever in the form it stands. */
export async function showProblem(form: HTMLElement | undefined): Promise<void> {
  await tick();
  const wrong = form?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? form?.querySelector<HTMLElement>('[role="alert"]');
  wrong?.focus({ preventScroll: true });
  wrong?.scrollIntoView({ block: "center" });
}
