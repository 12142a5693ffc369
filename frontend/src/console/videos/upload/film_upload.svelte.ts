/** One film on its way to the server, over pauses, lost networks and reloads; then it is a draft. */
import type { DetailedError, Upload } from "tus-js-client";
import { ApiProblem, api, ok, textOf, toProblem } from "../../../lib/api/client";
import { t } from "../../../lib/i18n/index.svelte";
import { type Placed, toInput } from "../edit/placing";
import type { OwnVideo } from "../wire";
import * as shelf from "./shelf";

/** `waiting`: for its turn, or for the network. `finishing`: all bytes are there. `lost`: the film itself must be chosen again. */
export type Phase = "waiting" | "sending" | "paused" | "offline" | "finishing" | "done" | "refused" | "lost";

const CHUNK_BYTES = 16 * 1024 * 1024;
const RETRY_MS = [300, 1000, 3000];
const AGAIN_MS = 8000;
const WAITS_FOR_OTHERS = "too_many_uploads";

export class FilmUpload {
  phase = $state<Phase>("waiting");
  sent = $state(0);
  problem = $state("");
  title = $state("");
  products = $state.raw<Placed[]>([]);
  video = $state.raw<OwnVideo | null>(null);
  file: Blob | null;
  readonly share = $derived.by(() => (this.size === 0 ? 0 : Math.min(1, this.sent / this.size)));
  #url: string | null;
  #upload: Upload | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #free: (() => void) | null = null;

  constructor(
    readonly id: string,
    readonly name: string,
    readonly size: number,
    private readonly kept: { file: Blob | null; url: string | null; title: string; products: Placed[] },
    private readonly onsettled: (upload: FilmUpload) => void,
  ) {
    this.file = kept.file;
    this.#url = kept.url;
    this.title = kept.title;
    this.products = kept.products;
    if (!this.file) this.phase = "lost";
  }

  get isOpen(): boolean {
    return this.phase !== "done" && this.phase !== "refused" && this.phase !== "lost";
  }

  /** The film again, after the browser could not keep it. False if it is another one. */
  giveFilm(file: File): boolean {
    if (file.size !== this.size || file.name !== this.name) return false;
    this.file = file;
    this.phase = "waiting";
    this.problem = "";
    void shelf.change(this.id, { file });
    return true;
  }

  async start(): Promise<void> {
    clearTimeout(this.#again);
    if (!this.file || this.phase === "done") return;
    this.phase = "sending";
    this.problem = "";
    if (!(await this.#claim())) {
      this.phase = "offline";
      this.problem = t("upload_elsewhere");
      this.#again = setTimeout(() => void this.start(), AGAIN_MS);
      return;
    }
    const { Upload } = await import("tus-js-client");
    // It may have been paused while the library came.
    if (this.phase !== "sending") return;
    this.#upload = new Upload(this.file, {
      endpoint: "/api/uploads",
      uploadUrl: this.#url,
      metadata: { filename: this.name, filetype: this.file.type },
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_MS,
      storeFingerprintForResuming: false,
      onShouldRetry: (error) => isPassing(error),
      onUploadUrlAvailable: () => this.#remember(),
      onProgress: (sent) => (this.sent = sent),
      onError: (error) => this.#fail(error as DetailedError),
      onSuccess: () => void this.#finish(),
    });
    this.#upload.start();
  }

  pause(): void {
    clearTimeout(this.#again);
    this.phase = "paused";
    void this.#upload?.abort();
    this.#upload = null;
  }

  /** Gives it up, here and on the server. */
  async cancel(): Promise<void> {
    clearTimeout(this.#again);
    const upload = this.#upload;
    const url = this.#url;
    this.#upload = null;
    this.phase = "done";
    await shelf.forget(this.id);
    this.#release();
    try {
      await upload?.abort();
      const { Upload } = await import("tus-js-client");
      if (url) await Upload.terminate(url, { retryDelays: [] });
    } catch {
      // What was sent expires by itself.
    }
  }

  setForm(title: string, products: Placed[]): void {
    this.title = title;
    this.products = products;
    void shelf.change(this.id, { title, products });
  }

  #remember(): void {
    this.#url = this.#upload?.url ?? null;
    void shelf.change(this.id, { url: this.#url });
  }

  #fail(error: DetailedError): void {
    this.#upload = null;
    if (this.phase === "paused" || this.phase === "done") return;
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 404 || status === 410) {
      // The server has forgotten it: from the start.
      this.#url = null;
      this.sent = 0;
      this.#later("");
      return;
    }
    const problem = problemOf(error, status);
    if (problem.isTransient) this.#later(problem.code === "offline" ? "" : problem.title);
    else this.#refuse(problem.title);
  }

  #later(problem: string): void {
    this.phase = "offline";
    this.problem = problem;
    this.#again = setTimeout(() => void this.start(), AGAIN_MS);
  }

  #refuse(problem: string): void {
    this.phase = "refused";
    this.problem = problem;
    void shelf.forget(this.id);
    this.#release();
    this.onsettled(this);
  }

  async #finish(): Promise<void> {
    this.phase = "finishing";
    this.sent = this.size;
    const vod_id = this.#url?.split("/").at(-1) ?? "";
    try {
      let video = await ok(api.POST("/api/me/videos", { body: { vod_id } }));
      if (this.title.trim() || this.products.length > 0) video = await this.#fill(video);
      this.video = video;
    } catch (error) {
      if (error instanceof ApiProblem && !error.isTransient) this.#refuse(textOf(error));
      else this.#later(textOf(error));
      return;
    }
    this.phase = "done";
    await shelf.forget(this.id);
    this.#release();
    this.onsettled(this);
  }

  /** What was written while the film was on its way. A refusal of it must not lose the draft. */
  async #fill(video: OwnVideo): Promise<OwnVideo> {
    try {
      const body = { title: this.title, products: this.products.map(toInput) };
      return await ok(api.PATCH("/api/me/videos/{video_id}", { params: { path: { video_id: video.video_id } }, body }));
    } catch (error) {
      this.problem = textOf(error);
      return video;
    }
  }

  /** One tab at a time sends it. */
  async #claim(): Promise<boolean> {
    if (this.#free || !navigator.locks) return true;
    return new Promise((resolve) => {
      void navigator.locks.request(`upload-${this.id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<void>((free) => (this.#free = free));
      });
    });
  }

  #release(): void {
    this.#free?.();
    this.#free = null;
  }
}

function isPassing(error: DetailedError): boolean {
  const status = error.originalResponse?.getStatus() ?? 0;
  return navigator.onLine && (status === 0 || status === 409 || status >= 500);
}

function problemOf(error: DetailedError, status: number): ApiProblem {
  if (status === 0) return new ApiProblem(0, "offline", t("offline"));
  let body: unknown = null;
  try {
    body = JSON.parse(error.originalResponse?.getBody() ?? "");
  } catch {
    // A proxy's page, not ours.
  }
  const problem = toProblem(new Response(null, { status }), body);
  return problem.code === WAITS_FOR_OTHERS ? new ApiProblem(429, problem.code, t("upload_waits_for_others")) : problem;
}
