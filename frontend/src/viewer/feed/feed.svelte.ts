/** What comes one after another: films and rooms on air, read page by page, and where in it the viewer is. */
import { ApiProblem } from "../../lib/api/client";
import { me } from "../../lib/session.svelte";
import type { FeedItem, Page } from "../video/api";
import { Film } from "./film.svelte";
import { RoomEntry } from "./room_entry.svelte";

export type Entry = Film | RoomEntry;
type Ask = (cursor?: string) => Promise<Page<FeedItem | Film>>;

/** So many before the end, more is asked for. */
const AHEAD = 4;
/** Pages that brought nothing new, one after another, before it is taken for the end. */
const MOST_EMPTY = 3;

export class Feed {
  entries = $state.raw<Entry[]>([]);
  index = $state(0);
  isLoading = $state(false);
  isEnd = $state(false);
  problem = $state.raw<ApiProblem | null>(null);
  #cursor: string | undefined;
  #empty = 0;
  #run = 0;

  constructor(
    private readonly ask: Ask,
    /** What stands first, before what is asked for. */
    private readonly first: (() => Promise<Entry>) | null = null,
  ) {}

  get current(): Entry | null {
    return this.entries[this.index] ?? null;
  }

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  /** From the start. */
  async reload(): Promise<void> {
    this.#run += 1;
    this.entries = [];
    this.index = 0;
    this.isLoading = this.isEnd = false;
    this.#cursor = undefined;
    this.#empty = 0;
    await this.more();
  }

  /** Begin among these, which are known already. */
  startAt(entries: Entry[], index: number, next: string | null): void {
    this.entries = entries;
    this.index = index;
    this.#cursor = next ?? undefined;
    this.isEnd = next === null;
    this.to(index);
  }

  async open(): Promise<void> {
    if (this.isEmpty && !this.isEnd) await this.more();
  }

  to(index: number): void {
    this.index = Math.max(0, Math.min(index, this.entries.length));
    if (this.index >= this.entries.length - AHEAD) void this.more();
  }

  async more(): Promise<void> {
    if (this.isLoading || this.isEnd) return;
    const run = this.#run;
    this.isLoading = true;
    this.problem = null;
    try {
      if (this.first && this.isEmpty) this.#add([await this.first()], run);
      else this.#take(await this.ask(this.#cursor), run);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (run === this.#run) this.problem = error;
    } finally {
      if (run === this.#run) this.isLoading = false;
    }
    if (run === this.#run && !this.problem && this.index >= this.entries.length - AHEAD) await this.more();
  }

  /** Not interested: it goes, and what comes after it stands in its place. */
  remove(entry: Entry): void {
    this.entries = this.entries.filter((other) => other !== entry);
    this.to(this.index);
  }

  /** It is taken back: it comes in where it was. */
  putBack(entry: Entry, index: number): void {
    if (this.entries.includes(entry)) return;
    this.entries = this.entries.toSpliced(index, 0, entry);
    this.to(index);
  }

  #take(page: Page<FeedItem | Film>, run: number): void {
    if (run !== this.#run) return;
    const before = this.entries.length;
    const wanted = page.items.flatMap(toEntry);
    this.#add(wanted, run);
    this.#cursor = page.next_cursor ?? undefined;
    this.#empty = this.entries.length > before || wanted.length < page.items.length ? 0 : this.#empty + 1;
    this.isEnd = page.next_cursor === null || this.#empty >= MOST_EMPTY;
  }

  #add(entries: Entry[], run: number): void {
    if (run !== this.#run) return;
    const known = new Set(this.entries.map((entry) => entry.id));
    const fresh = entries.filter((entry) => !known.has(entry.id));
    if (fresh.length > 0) this.entries = [...this.entries, ...fresh];
  }
}

function toEntry(item: FeedItem | Film): Entry[] {
  if (item instanceof Film) return [item];
  const { video, room, why } = item;
  const entry = video ? new Film(video, why) : room && new RoomEntry(room, why);
  return entry && (me() || !unwanted().includes(entry.id)) ? [entry] : [];
}

/** The ids of what a guest has no interest in, as this browser remembers them; of accounts the server knows. */
export function unwanted(): string {
  try {
    return localStorage["xd_unwanted"] ?? "";
  } catch {
    return "";
  }
}
