/** Money as the API tells it. */
import type { Schemas } from "../../lib/api/client";

export type Balance = Schemas["BalanceView"];
export type Earnings = Schemas["EarningsView"];
export type EarningLine = Schemas["EarningLineView"];
export type Frozen = Schemas["FrozenView"];
export type BankAccount = Schemas["BankAccountView"];
export type BankInput = Schemas["BankAccountInput"];
export type Payout = Schemas["PayoutView"];
export type PayoutState = Schemas["PayoutState"];
export type Settlement = Schemas["SettlementView"];
export type Statement = Schemas["StatementView"];
export type StatementPart = Schemas["StatementPartView"];
export type Part = StatementPart["part"];
export type PartLine = Schemas["PartLineView"];
export type FeeInvoice = Schemas["FeeInvoiceView"];
export type ServiceShare = Schemas["ServiceShareView"];
export type Page<T> = { items: T[]; next_cursor: string | null };
