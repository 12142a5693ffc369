/** The captions of one film: asked for, put in place of what was there, taken away. */
import { api, ok } from "../../../lib/api/client";
import { type Line, readWebvtt } from "../../../lib/captions/webvtt";

export const MAX_BYTES = 2 * 1024 * 1024;

export class FilmCaptions {
  readonly videoId: string;
  /** Null until the server has said. */
  lines = $state.raw<Line[] | null>(null);
  isBusy = $state(false);
  /** Another one for each change, so that the player asks anew. */
  version = $state(0);
  readonly url = $derived.by(() => (this.lines?.length ? `/api/me/videos/${this.videoId}/captions?v=${this.version}` : null));

  constructor(videoId: string) {
    this.videoId = videoId;
  }

  get #path() {
    return { params: { path: { video_id: this.videoId } } };
  }

  load = async (): Promise<void> => {
    const file = await ok(api.GET("/api/me/videos/{video_id}/captions", { ...this.#path, parseAs: "text" }));
    this.lines = readWebvtt(file as string);
    this.version += 1;
  };

  /** What the file says takes the place of what was there. Throws ApiProblem; then that stays. */
  put = async (file: File): Promise<void> => {
    await this.#busy(async () => {
      const options = { ...this.#path, body: file as unknown as string, bodySerializer: () => file, headers: { "content-type": "text/vtt" } };
      await ok(api.POST("/api/me/videos/{video_id}/transcript", options));
      await this.load();
    });
  };

  drop = async (): Promise<void> => {
    await this.#busy(async () => {
      await ok(api.DELETE("/api/me/videos/{video_id}/transcript", this.#path));
      this.lines = [];
    });
  };

  /** A clip says what its room said again. */
  takeRooms = async (): Promise<void> => {
    await this.#busy(async () => {
      await ok(api.DELETE("/api/me/videos/{video_id}/transcript", { params: { ...this.#path.params, query: { to_room: true } } }));
      await this.load();
    });
  };

  async #busy(deed: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    try {
      await deed();
    } finally {
      this.isBusy = false;
    }
  }
}
