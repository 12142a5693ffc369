/** What the API answers about segments of one's own. */
import type { Schemas } from "../../../lib/api/client";

export type OwnSegment = Schemas["OwnSegment"];
export type ConditionCount = Schemas["ConditionCount"];
export type ConditionField = Schemas["ConditionField"];

const TODAY = new Date().toISOString().slice(0, 10);
const VALUES: Record<string, string> = { share: "0.5", day: `"${TODAY}"`, hour: "20", money: "10000", days: "30" };

/** A comparison to begin with; what is in it is meant to be changed. */
export function exampleOf(field: ConditionField): string {
  const days = field.within === "must" ? "(30)" : "";
  if (field.kind === "flag") return field.name;
  if (field.kind === "tag") return `"" in ${field.name}`;
  if (field.kind === "choice") return `${field.name} == "${field.choices[0] ?? ""}"`;
  if (field.operators.includes("has")) return `${field.name}("", 30)`;
  return `${field.name}${days} >= ${VALUES[field.kind] ?? "1"}`;
}
