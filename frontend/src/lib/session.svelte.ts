/** Who is signed in. */
import { ApiProblem, type Schemas, api, ok } from "./api/client";

export type Me = Schemas["Me"];

const state = $state<{ me: Me | null; isKnown: boolean }>({ me: null, isKnown: false });

export function me(): Me | null {
  return state.me;
}

/** False until the server has said whether somebody is signed in. */
export function isSessionKnown(): boolean {
  return state.isKnown;
}

export async function loadMe(): Promise<Me | null> {
  try {
    set(await ok(api.GET("/api/me")));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) set(null);
  }
  return state.me;
}

export async function signIn(sign_in: string, password: string): Promise<Me> {
  return set(await ok(api.POST("/api/sessions", { body: { sign_in, password } })));
}

export async function signUp(sign_in: string, password: string, display_name: string): Promise<Me> {
  return set(await ok(api.POST("/api/accounts", { body: { sign_in, password, display_name } })));
}

export async function signOut(): Promise<void> {
  await ok(api.DELETE("/api/sessions/current"));
  set(null);
}

/** A request was refused as unauthenticated: the session has ended elsewhere. */
export function forgetMe(): void {
  set(null);
}

function set<T extends Me | null>(value: T): T {
  state.me = value;
  state.isKnown = true;
  return value;
}
