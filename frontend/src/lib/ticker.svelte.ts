/** The time, for what counts down: one timer for all who look, none when nobody does. */
import { createSubscriber } from "svelte/reactivity";

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** The time by this clock, by default the machine's; a template or an effect that reads it is renewed each second. */
export function nowEachSecond(clock: () => number = Date.now): number {
  subscribe();
  return clock();
}
