/** Whose money it is: a shop's, or one's own earnings. The pages are the same. */
import { api, ok } from "../../lib/api/client";
import type { BankAccount, BankInput, Page, Payout } from "./wire";

export type MoneySource = {
  loadBank: () => Promise<BankAccount | null>;
  saveBank: (account: BankInput) => Promise<BankAccount>;
  requestPayout: (amount_minor: number, key: string) => Promise<Payout>;
  listPayouts: (cursor: string | undefined) => Promise<Page<Payout>>;
};

export function moneyOfShop(shop_id: string): MoneySource {
  const path = { shop_id };
  return {
    loadBank: async () => (await ok(api.GET("/api/shops/{shop_id}/bank-account", { params: { path } }))).bank_account,
    saveBank: (body) => ok(api.PUT("/api/shops/{shop_id}/bank-account", { params: { path }, body })),
    requestPayout: (amount_minor, key) =>
      ok(api.POST("/api/shops/{shop_id}/payouts", { params: { path, header: { "Idempotency-Key": key } }, body: { amount_minor } })),
    listPayouts: (cursor) => ok(api.GET("/api/shops/{shop_id}/payouts", { params: { path, query: { cursor, limit: 20 } } })),
  };
}

export function moneyEarned(kind: "creator" | "service"): MoneySource {
  return {
    loadBank: async () => (await ok(api.GET("/api/me/bank-account", { params: { query: { kind } } }))).bank_account,
    saveBank: (body) => ok(api.PUT("/api/me/bank-account", { params: { query: { kind } }, body })),
    requestPayout: (amount_minor, key) =>
      ok(api.POST("/api/me/payouts", { params: { query: { kind }, header: { "Idempotency-Key": key } }, body: { amount_minor } })),
    listPayouts: (cursor) => ok(api.GET("/api/me/payouts", { params: { query: { kind, cursor, limit: 20 } } })),
  };
}
