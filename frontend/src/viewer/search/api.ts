/** Search: what is said to the server. */
import { type Schemas, api, ok } from "../../lib/api/client";

export type SearchResults = Schemas["SearchResults"];
export type ProductHit = Schemas["ProductHit"];
export type Kind = Schemas["SearchKind"];
/** The parts of what was found, in the order in which they are shown. */
export const PARTS = ["products", "creators", "videos", "topics"] as const;
export type Part = (typeof PARTS)[number];
export const MOST_LETTERS = 60;

export function search(q: string, kind: Kind, cursor?: string): Promise<SearchResults> {
  return ok(api.GET("/api/search", { params: { query: { q, kind, ...(cursor ? { cursor } : {}) } } }));
}
