/** The steps from entering a room to paying, by people. Pure. */
import type { Schemas } from "../../lib/api/client";
import type { MessageKey } from "../../lib/i18n/index.svelte";
import type { Metrics } from "./wire";

/** How many people got so far. */
export type StepPeople = Schemas["BoardStep"];
export type Step = StepPeople & { ofAll: number | null; ofLast: number | null };

export const STEP_TEXTS: Record<string, MessageKey> = {
  entered: "step_entered",
  watched_minute: "metric_watched_minute",
  saw_card: "step_saw_card",
  clicked: "step_clicked",
  checkout: "step_checkout",
  ordered: "step_ordered",
  paid: "step_paid",
};

export function stepsOf(metrics: Metrics): StepPeople[] {
  const traffic = metrics.traffic;
  const came = traffic
    ? [
        { key: "entered", people: traffic.viewers },
        { key: "saw_card", people: traffic.saw_card },
        { key: "clicked", people: traffic.viewed_product },
        { key: "checkout", people: traffic.started_checkout },
      ]
    : [];
  return [...came, { key: "ordered", people: metrics.buyers_placed }, { key: "paid", people: metrics.buyers_paid }];
}

/**
 * Each step beside all who entered and the step before; who may not know who entered is told the latter alone.
 * Where more took a step than the one it is set beside, some came from elsewhere, and it is no share of them.
 */
export function withShares(steps: readonly StepPeople[]): Step[] {
  const all = steps[0]?.key === "entered" ? steps[0].people : 0;
  return steps.map((step, index) => {
    const of = (others: number) => (others > 0 && step.people <= others ? step.people / others : null);
    return { ...step, ofAll: index > 0 ? of(all) : null, ofLast: of(steps[index - 1]?.people ?? 0) };
  });
}
