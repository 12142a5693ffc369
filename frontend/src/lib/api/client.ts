/** The one door to the server: a typed client, and refusals as ApiProblem. */
import createClient from "openapi-fetch";
import { t } from "../i18n/index.svelte";
import { hearDate } from "../live/clock";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** A refusal of the server (RFC 9457), or `offline` if it could not be asked. The title is in the reader's language. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly field: string | null = null,
    readonly params: Record<string, unknown> = {},
    readonly retryAfterS: number | null = null,
  ) {
    super(title);
    this.name = "ApiProblem";
  }

  /** True if nothing is known of the outcome, or the server asks to come again: repeat with the same key. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 425 || this.status === 429 || this.status >= 500;
  }
}

export const api = createClient<paths>({ baseUrl: globalThis.location?.origin, credentials: "same-origin" });

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The answer's data. Throws ApiProblem. `await ok(api.GET("/api/me"))` */
export async function ok<T>(call: Promise<Answer<T>>): Promise<T> {
  const askedMs = Date.now();
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiProblem(0, "offline", t("offline"));
  }
  hearDate(answer.response.headers.get("date"), askedMs);
  if (!answer.response.ok) throw toProblem(answer.response, answer.error);
  return answer.data as T;
}

export function toProblem(response: Response, body: unknown): ApiProblem {
  const problem = (typeof body === "object" && body !== null ? body : {}) as Partial<Schemas["Problem"]>;
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiProblem(
    response.status,
    problem.code ?? "internal_error",
    problem.title ?? t("something_wrong"),
    problem.field ?? null,
    problem.params ?? {},
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

/** What to show for anything thrown. */
export function textOf(error: unknown): string {
  return error instanceof ApiProblem ? error.title : t("something_wrong");
}
