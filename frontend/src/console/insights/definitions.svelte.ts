/** What the figures mean, asked for once, when somebody wants to know. */
import { api, ok } from "../../lib/api/client";
import type { Definition } from "./wire";

let asked: Promise<Map<string, Definition>> | null = null;

export function definitions(): Promise<Map<string, Definition>> {
  asked ??= ok(api.GET("/api/metrics/definitions")).then(
    ({ items }) => new Map(items.map((item) => [item.key, item])),
    (error: unknown) => {
      asked = null;
      throw error;
    },
  );
  return asked;
}
