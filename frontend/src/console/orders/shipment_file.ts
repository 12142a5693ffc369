/** The table of shipments: what is filled in, and what came back refused. Pure. */
import type { Schemas } from "../../lib/api/client";
import type { Order } from "../state/wire";

export type Outcome = Schemas["RowResult"];
export type FileResult = Schemas["ShipmentFileView"];

const BOM = "\uFEFF";
const HEADING = ["订单号", "快递公司", "运单号"];
const MORE = ["收件人", "电话", "地址", "商品"];

/** A cell for spreadsheets. What buyers wrote must not be run as a formula. */
export function cell(text: string): string {
  const plain = text.replace(/[\r\n\t]+/g, " ");
  const safe = /^[=+\-@]/.test(plain) ? `'${plain}` : plain;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function goodsOf(order: Order): string {
  return order.lines
    .filter((line) => line.refunded_quantity < line.quantity)
    .map((line) => `${line.title} ${line.sku_name} ×${line.quantity - line.refunded_quantity}`)
    .join("；");
}

/** The orders to ship as a table in which carrier and number are to be filled in; without orders, an empty one. */
export function shippingTable(orders: readonly Order[]): string {
  const rows = orders.map((order) => [
    order.number,
    "",
    "",
    order.address.recipient,
    order.address.phone,
    `${order.address.region} ${order.address.detail}`,
    goodsOf(order),
  ]);
  return BOM + [[...HEADING, ...MORE], ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

export function refusedRows(result: FileResult): Outcome[] {
  return result.rows.filter((row) => row.outcome === "refused");
}

/** What was refused, to be pasted into a spreadsheet. */
export function refusedText(result: FileResult, words: (reason: string) => string): string {
  return refusedRows(result)
    .map((row) => [String(row.row), row.number, words(row.reason ?? "")].map((text) => text.replace(/\s+/g, " ")).join("\t"))
    .join("\n");
}

/** Refused rows first: they are what one looks for. */
export function refusedFirst(rows: readonly Outcome[]): Outcome[] {
  return [...rows].sort((a, b) => Number(b.outcome === "refused") - Number(a.outcome === "refused") || a.row - b.row);
}
