/** Webhooks as the API tells of them. */
import type { Schemas } from "../../lib/api/client";

export type Endpoint = Schemas["EndpointView"];
export type WebhookType = Schemas["WebhookTypeView"];
export type Secret = Schemas["EndpointSecretView"];
export type Delivery = Schemas["DeliveryView"];
export type DeliveryDetail = Schemas["DeliveryDetail"];
