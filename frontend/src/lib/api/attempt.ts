/** One attempt to do something once: its Idempotency-Key stays the same while what is asked stays the same. */
export class Attempt {
  #asked = "";
  #key = "";

  /** The key for this body; a new one if the body is another, or after `settle`. */
  keyFor(body: unknown): string {
    const asked = JSON.stringify(body);
    if (asked !== this.#asked || this.#key === "") {
      this.#asked = asked;
      this.#key = newKey();
    }
    return this.#key;
  }

  /** The server has decided: the next try is a new attempt. Not to be called when the outcome is unknown. */
  settle(): void {
    this.#key = "";
  }
}

/** A random key. `crypto.randomUUID` needs https, which a phone in the same network does not have. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
