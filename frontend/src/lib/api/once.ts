/** Deeds that move money are done once, however often they are sent. */
import { type Attempt } from "./attempt";
import { ApiProblem } from "./client";

/** True if the deed may have been done, or is being done: it is to be sent again with the same key. */
export function isUndecided(error: unknown): boolean {
  return error instanceof ApiProblem && (error.isTransient || error.code === "idempotency_in_flight");
}

/** Send what is asked under the attempt's key; only an answer ends the attempt. */
export async function once<T>(attempt: Attempt, asked: unknown, send: (key: string) => Promise<T>): Promise<T> {
  try {
    const answer = await send(attempt.keyFor(asked));
    attempt.settle();
    return answer;
  } catch (error) {
    if (!isUndecided(error)) attempt.settle();
    throw error;
  }
}
