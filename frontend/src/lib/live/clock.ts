/** The server's clock, from its own words: offset by the shortest round trip seen. */
export class ServerClock {
  #offsetMs = 0;
  #bestRoundTripMs = Number.POSITIVE_INFINITY;

  /** Learn from an answer that said `serverNowMs`, asked and received at these local times. */
  learn(serverNowMs: number, askedMs: number, receivedMs: number): void {
    const roundTrip = receivedMs - askedMs;
    if (roundTrip < 0 || roundTrip > this.#bestRoundTripMs) return;
    this.#bestRoundTripMs = roundTrip;
    this.#offsetMs = serverNowMs - (askedMs + receivedMs) / 2;
  }

  now(localMs = Date.now()): number {
    return localMs + this.#offsetMs;
  }
}

const shared = new ServerClock();

/** Learn from the date of an answer, which knows no parts of a second. */
export function hearDate(date: string | null, askedMs: number): void {
  const serverMs = Date.parse(date ?? "");
  if (serverMs) shared.learn(serverMs + 500, askedMs, Date.now());
}

/** The present by the server's clock, as its answers told it: within a second. */
export const serverNow = (): number => shared.now();
