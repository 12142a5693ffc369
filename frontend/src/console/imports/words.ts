/** What jobs and their rows are called. */
import { integer, money } from "../../lib/format";
import { t, tOr } from "../../lib/i18n/index.svelte";
import type { Job, JobRow, Outcome } from "./api";

export const isOpen = (job: Job) => job.state === "waiting" || job.state === "running";
const REHEARSED = new Set(["product_import", "source_import", "external_orders"]);
export const isDryRun = (job: Job) => REHEARSED.has(job.kind) && job.options["dry_run"] !== false;

const PARTS: Record<string, string> = { product_export: "/export", source_import: "/sources", external_orders: "/orders" };
/** The page that a job was asked for on. */
export const partOf = (job: Job) => `/console/imports${PARTS[job.kind] ?? ""}`;

export function titleOf(job: Job): string {
  if (isDryRun(job)) return tOr(`job_${job.kind}_dry`, job.kind);
  return tOr(`job_${job.kind}`, job.kind);
}

export const toneOf = (outcome: Outcome) => ({ created: "good", updated: "earned", unchanged: "plain", done: "good", refused: "bad" })[outcome] as "good" | "earned" | "plain" | "bad";

/** Of a dry run: what would be; else what was. */
export function outcomeText(outcome: Outcome, isDry: boolean): string {
  return tOr(`outcome_${outcome}${isDry ? "_dry" : ""}`, tOr(`outcome_${outcome}`, outcome));
}

export function reasonText(row: JobRow): string {
  if (!row.reason) return "";
  const facts = row.params as Record<string, string | number>;
  const text = tOr(`row.${row.reason}`, tOr(`invalid_input.${row.reason}`, tOr(row.reason, row.reason, facts), facts), facts);
  return row.column ? t("imp_in_column", { column: row.column, text }) : text;
}

export function failureText(job: Job): string {
  if (!job.failure) return "";
  const { code, params } = job.failure;
  const facts = params as Record<string, string | number>;
  return tOr(`${code}.${String(params["reason"])}`, tOr(code, t("something_wrong"), facts), facts);
}

/** `价格 ¥19.90 → ¥18.00`, one for each thing that changes. */
export function changesOf(row: JobRow): string[] {
  const changes = (row.params["changes"] ?? {}) as Record<string, [unknown, unknown] | null>;
  return Object.entries(changes).map(([name, pair]) => {
    const label = tOr(`change_${name}`, name);
    if (!pair) return label;
    const [from, to] = pair.map((value) => shown(name, value));
    return from ? `${label} ${from} → ${to ?? ""}` : `${label} ${to ?? ""}`;
  });
}

function shown(name: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "number") return name === "price" ? money(value) : integer(value);
  return name === "state" ? tOr(`state_${String(value)}`, String(value)) : String(value);
}

/** Pictures that could not be had, each with the reason. */
export function pictureFaults(row: JobRow): string[] {
  const faults = (row.params["pictures"] ?? {}) as Record<string, string>;
  return Object.entries(faults).map(([address, reason]) => `${tOr(`row.${reason}`, tOr(`invalid_input.${reason}`, reason))} ${address}`);
}
