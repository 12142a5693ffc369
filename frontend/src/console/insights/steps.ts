/** A room's steps from entering to paying, by people. Pure. */
import type { MessageKey } from "../../lib/i18n/index.svelte";
import type { Metrics } from "./wire";

export type Step = { text: MessageKey; people: number; ofAll: number | null; ofLast: number | null };

export function stepsOf(metrics: Metrics): Step[] {
  const traffic = metrics.traffic;
  const people: [MessageKey, number][] = traffic
    ? [
        ["step_entered", traffic.viewers],
        ["step_saw_card", traffic.saw_card],
        ["step_clicked", traffic.viewed_product],
        ["step_checkout", traffic.started_checkout],
      ]
    : [];
  people.push(["step_ordered", metrics.buyers_placed], ["step_paid", metrics.buyers_paid]);
  const first = people[0]?.[1] ?? 0;
  return people.map(([text, count], index) => {
    const last = people[index - 1]?.[1];
    return { text, people: count, ofAll: traffic && first > 0 && index > 0 ? count / first : null, ofLast: last ? count / last : null };
  });
}
