/** What the pages of webhooks say to the server. */
import { api, ok } from "../../lib/api/client";
import { shopId } from "../state/session.svelte";
import type { Delivery, DeliveryDetail, Endpoint, Secret, WebhookType } from "./wire";

type Draft = { url: string; description: string; types: string[] };
export type Which = "all" | "waiting" | "delivered" | "failed" | "dead";

const ofShop = () => ({ path: { shop_id: shopId() } });
const of = (endpoint: Endpoint) => ({ path: { shop_id: shopId(), endpoint_id: endpoint.endpoint_id } });
const ofDelivery = (endpoint: Endpoint, event_id: string) => ({ path: { ...of(endpoint).path, event_id } });

export const listTypes = async (): Promise<WebhookType[]> =>
  (await ok(api.GET("/api/shops/{shop_id}/webhook-types", { params: ofShop() }))).items;
export const listEndpoints = async (): Promise<Endpoint[]> =>
  (await ok(api.GET("/api/shops/{shop_id}/webhooks", { params: ofShop() }))).items;
export const create = (draft: Draft): Promise<Secret> => ok(api.POST("/api/shops/{shop_id}/webhooks", { params: ofShop(), body: draft }));
export const change = (endpoint: Endpoint, body: Partial<Draft & { is_enabled: boolean }>): Promise<Endpoint> =>
  ok(api.PATCH("/api/shops/{shop_id}/webhooks/{endpoint_id}", { params: of(endpoint), body }));
export const remove = (endpoint: Endpoint): Promise<unknown> =>
  ok(api.DELETE("/api/shops/{shop_id}/webhooks/{endpoint_id}", { params: of(endpoint) }));
export const rotate = (endpoint: Endpoint): Promise<Secret> =>
  ok(api.POST("/api/shops/{shop_id}/webhooks/{endpoint_id}/secret-rotation", { params: of(endpoint) }));
export const sendTest = (endpoint: Endpoint): Promise<Delivery> =>
  ok(api.POST("/api/shops/{shop_id}/webhooks/{endpoint_id}/test", { params: of(endpoint) }));
export const listDeliveries = (endpoint: Endpoint, state: Which, type: string | undefined, cursor: string | undefined) =>
  ok(
    api.GET("/api/shops/{shop_id}/webhooks/{endpoint_id}/deliveries", {
      params: { ...of(endpoint), query: { state, type, cursor, limit: 30 } },
    }),
  );
export const readDelivery = (endpoint: Endpoint, event_id: string): Promise<DeliveryDetail> =>
  ok(api.GET("/api/shops/{shop_id}/webhooks/{endpoint_id}/deliveries/{event_id}", { params: ofDelivery(endpoint, event_id) }));
export const redeliver = (endpoint: Endpoint, event_id: string): Promise<Delivery> =>
  ok(
    api.POST("/api/shops/{shop_id}/webhooks/{endpoint_id}/deliveries/{event_id}/redelivery", {
      params: ofDelivery(endpoint, event_id),
    }),
  );
export const redeliverSince = async (endpoint: Endpoint, since_ms: number, only_failed: boolean): Promise<number> =>
  (await ok(api.POST("/api/shops/{shop_id}/webhooks/{endpoint_id}/redeliveries", { params: of(endpoint), body: { since_ms, only_failed } }))).count;
