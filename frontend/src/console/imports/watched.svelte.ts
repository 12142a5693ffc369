/** A job that is looked at until it has ended; it goes on whether anybody looks or not. */
import { ApiProblem, textOf } from "../../lib/api/client";
import { type Job, getJob } from "./api";
import { isOpen } from "./words";

const EVERY_MS = 1000;

export class WatchedJob {
  job = $state.raw<Job | null>(null);
  problem = $state("");
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly id: string) {}

  /** Look again and again; what is returned stops it. */
  start(): () => void {
    void this.#look();
    return () => clearTimeout(this.#timer);
  }

  show(job: Job): void {
    this.job = job;
  }

  async #look(): Promise<void> {
    try {
      const job = await getJob(this.id);
      this.job = job;
      this.problem = "";
      if (!isOpen(job)) return;
    } catch (error) {
      this.problem = textOf(error);
      if (error instanceof ApiProblem && !error.isTransient) return;
    }
    this.#timer = setTimeout(() => void this.#look(), EVERY_MS);
  }
}
