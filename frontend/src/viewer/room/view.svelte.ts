/** Which sheet lies over the picture of a room. */
type Sheet = { kind: "none" } | { kind: "bag" } | { kind: "product"; productId: string } | { kind: "sign_in" };

export class RoomSheets {
  current = $state.raw<Sheet>({ kind: "none" });
  #cameFromBag = false;
  #afterSignIn: (() => void) | null = null;

  get isOpen(): boolean {
    return this.current.kind !== "none";
  }

  openBag = (): void => {
    this.current = { kind: "bag" };
  };

  openProduct = (productId: string): void => {
    this.#cameFromBag = this.current.kind === "bag";
    this.current = { kind: "product", productId };
  };

  /** Ask who is there, then go on with what was being done. */
  askSignIn = (then: () => void): void => {
    this.#afterSignIn = then;
    this.current = { kind: "sign_in" };
  };

  signedIn = (): void => {
    this.current = { kind: "none" };
    this.#afterSignIn?.();
    this.#afterSignIn = null;
  };

  close = (): void => {
    this.current = this.current.kind === "product" && this.#cameFromBag ? { kind: "bag" } : { kind: "none" };
    this.#cameFromBag = false;
  };

  closeAll = (): void => {
    this.current = { kind: "none" };
  };
}
