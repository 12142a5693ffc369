/** The bag in the order the host's hand gave it, until the room's log says the same. */
import type { BagItem } from "../../lib/live/fold";

export class BagOrder {
  #wanted = $state.raw<string[] | null>(null);
  #next: string[] | null = null;
  #isSaving = false;

  constructor(
    private readonly told: () => BagItem[],
    private readonly send: (ids: string[]) => Promise<boolean>,
  ) {}

  get items(): BagItem[] {
    const told = this.told();
    if (!this.#wanted) return told;
    const byId = new Map(told.map((item) => [item.product_id, item]));
    return this.#wanted.flatMap((id) => byId.get(id) ?? []);
  }

  get ids(): string[] {
    return this.#wanted ?? this.told().map((item) => item.product_id);
  }

  /** Show this order while it is being dragged. */
  preview(ids: string[]): void {
    this.#wanted = ids;
  }

  /** Show and send it. While one is on its way only the newest waits. */
  save(ids: string[]): void {
    this.#wanted = ids;
    this.#next = ids;
    if (!this.#isSaving) void this.#saveAll();
  }

  /** The log told the bag: it holds, unless something of ours is still on its way. */
  settle(): void {
    if (!this.#isSaving && !this.#next) this.#wanted = null;
  }

  async #saveAll(): Promise<void> {
    this.#isSaving = true;
    let isSaved = true;
    while (this.#next) {
      const ids = this.#next;
      this.#next = null;
      isSaved = await this.send(ids);
    }
    this.#isSaving = false;
    const told = this.told().map((item) => item.product_id);
    if (!isSaved || told.join() === this.#wanted?.join()) this.#wanted = null;
  }
}
