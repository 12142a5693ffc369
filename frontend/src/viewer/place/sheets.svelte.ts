/** Which sheet lies over the picture of a room or a video. */
type Over = "none" | "bag" | "sign_in" | "comments" | "more" | "report" | "share";
type Sheet = { kind: Over } | { kind: "product"; productId: string };

export class PlaceSheets {
  current = $state.raw<Sheet>({ kind: "none" });
  #cameFromBag = false;
  #afterSignIn: (() => void) | null = null;

  get isOpen(): boolean {
    return this.current.kind !== "none";
  }

  open(kind: Over): void {
    this.current = { kind };
  }

  openBag = (): void => this.open("bag");

  openProduct = (productId: string): void => {
    this.#cameFromBag = this.current.kind === "bag";
    this.current = { kind: "product", productId };
  };

  /** Ask who is there, then go on with what was being done. */
  askSignIn = (then: () => void): void => {
    this.#afterSignIn = then;
    this.open("sign_in");
  };

  signedIn = (): void => {
    this.open("none");
    this.#afterSignIn?.();
    this.#afterSignIn = null;
  };

  close = (): void => {
    this.open(this.current.kind === "product" && this.#cameFromBag ? "bag" : "none");
    this.#cameFromBag = false;
  };

  closeAll = (): void => this.open("none");
}
