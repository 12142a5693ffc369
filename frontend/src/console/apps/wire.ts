/** What the API says of apps. */
import type { Schemas } from "../../lib/api/client";

export type App = Schemas["AppView"];
export type Secret = App["secrets"][number];
export type NewSecret = { client_id: string; client_secret: string };
export type Connection = Schemas["ConnectionView"];
export type Call = Schemas["CallView"];
export type Consent = Schemas["Consent"];
export type Scope = Consent["scopes"][number];
