/** The host's stream key: one for all rooms, shown only when asked for. */
import { api, ok, textOf } from "../../lib/api/client";
import type { StreamKey as Wire } from "../state/wire";

export class StreamKey {
  data = $state.raw<Wire | null>(null);
  problem = $state("");

  async load(): Promise<void> {
    this.problem = "";
    try {
      this.data = await ok(api.GET("/api/me/stream-key"));
    } catch (error) {
      this.problem = textOf(error);
    }
  }

  /** A new key; the old one is refused from now on. Throws ApiProblem. */
  async rotate(): Promise<void> {
    this.data = await ok(api.POST("/api/me/stream-key/rotation"));
  }

  /** Where the browser sends its camera, with the key of now. */
  publishUrl(): string | null {
    if (!this.data) return null;
    const url = new URL(this.data.publisher_url, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("key", this.data.stream_key);
    return url.href;
  }
}
