/** The columns of the table of variants. */
import { t } from "../../lib/i18n/index.svelte";

export type ColumnName = "name" | "price" | "stock" | "weight" | "code" | "barcode";
export type Column = { name: ColumnName; field: string; text: string; isNumber: boolean; canFill: boolean; mode: "text" | "decimal" | "numeric"; most: number; example: string };

export function skuColumns(hasOptions: boolean): Column[] {
  const columns: Column[] = [
    { name: "name", field: "name", text: t("sku_name"), isNumber: false, canFill: false, mode: "text", most: 130, example: t("sku_name_example") },
    { name: "price", field: "price_minor", text: t("price_yuan"), isNumber: true, canFill: true, mode: "decimal", most: 12, example: "0.00" },
    { name: "stock", field: "stock", text: t("stock"), isNumber: true, canFill: true, mode: "numeric", most: 9, example: "0" },
    { name: "weight", field: "weight_g", text: t("weight_kg"), isNumber: true, canFill: true, mode: "decimal", most: 8, example: "0" },
    { name: "code", field: "code", text: t("sku_code"), isNumber: false, canFill: false, mode: "text", most: 64, example: "" },
    { name: "barcode", field: "barcode", text: t("barcode"), isNumber: false, canFill: false, mode: "numeric", most: 64, example: "" },
  ];
  // A combination of options has its name from them.
  return hasOptions ? columns.slice(1) : columns;
}
