/** Talks to the open API as a program would: with a bearer token, and without the page's session. */
import type { Description } from "./description";

export type Answer = { status: number; body: string };

export async function loadDescription(): Promise<Description> {
  const answer = await fetch("/open/v1/openapi.json");
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Description;
}

export async function send(method: string, address: string, token: string, headers: Record<string, string>, body: string): Promise<Answer> {
  const answer = await fetch(address, {
    method,
    credentials: "omit",
    headers: { ...headers, authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
    body: body || null,
  });
  const text = await answer.text();
  return { status: answer.status, body: pretty(text) };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
