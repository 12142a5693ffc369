/** A condition as people say it, for lists; what a test compares with is called by its name once that is known. */
import { api, ok } from "../../../lib/api/client";
import { type MessageKey, t, tOr } from "../../../lib/i18n/index.svelte";
import { nameOfSegment } from "../../outreach/names.svelte";
import { Choices } from "./choices.svelte";
import { type Fields, GroupNode, type Json, type TestNode, canBeTurned, fromJson } from "./tree.svelte";
import type { ConditionField } from "./wire";

const UNITS: Record<string, MessageKey> = { share: "fans_unit_percent", seconds: "fans_unit_minutes", days: "fans_unit_days", hour: "fans_unit_hour" };

export class ConditionWords {
  readonly #choices = new Choices();
  #titles = $state.raw<Record<string, string>>({});
  readonly #asked = new Set<string>();

  /** Null where it is nested deeper than can be said. */
  of(condition: Json, fields: Fields): string | null {
    const tree = fromJson(condition, fields);
    return tree && this.#group(tree, fields, true);
  }

  #group(group: GroupNode, fields: Fields, isAlone: boolean): string {
    const { kind, parts } = group;
    const said = parts.map((part) => (part instanceof GroupNode ? this.#group(part, fields, parts.length === 1) : this.#test(part, fields)));
    const what = said.join(t(kind === "all" || kind === "some_not" ? "fans_words_and" : "fans_words_or"));
    if (kind === "none" || kind === "some_not") return t("fans_words_not", { what });
    return isAlone || parts.length === 1 ? what : t("fans_words_group", { what });
  }

  #test(test: TestNode, fields: Fields): string {
    const field = fields.get(test.field) as ConditionField;
    const name = tOr(`fans_field_${field.name}`, field.name);
    const what = test.days ? t("fans_words_within", { what: name, days: test.days }) : name;
    if (!canBeTurned(field)) return t("fans_words_compare", { what, op: t(`fans_op_${field.kind === "day" ? "day_" : ""}${test.op}` as MessageKey), value: this.#value(test, field) });
    const isNot = test.isNot !== (field.kind === "flag" && test.text === "false");
    const said = field.kind === "flag" ? what : t("fans_words_of", { what, value: this.#value(test, field) });
    return isNot ? t("fans_words_not", { what: said }) : said;
  }

  #value(test: TestNode, field: ConditionField): string {
    const unit = UNITS[field.kind];
    if (test.op === "in") return test.many.map((code) => this.#called(field, code)).join(t("fan_goods_comma"));
    if (field.kind === "money") return `¥${test.text}`;
    return unit ? `${test.text} ${t(unit)}` : this.#called(field, test.text);
  }

  #called(field: ConditionField, code: string): string {
    switch (field.kind) {
      case "product":
        return this.#titleOf(code);
      case "category":
      case "room":
      case "coupon": {
        this.#choices.ask(field.kind);
        const found = this.#choices.of(field.kind, code).find((each) => each.value === code)?.text ?? code;
        return found === code && field.kind !== "category" ? "…" : found;
      }
      case "choice":
        return field.name === "segment" ? nameOfSegment(code) : tOr(`fan_source_${code}`, code);
      default:
        return code;
    }
  }

  #titleOf(product_id: string): string {
    if (!this.#asked.has(product_id)) {
      this.#asked.add(product_id);
      void ok(api.GET("/api/products/{product_id}", { params: { path: { product_id } } })).then((found) => (this.#titles = { ...this.#titles, [product_id]: found.title }), () => undefined);
    }
    return this.#titles[product_id] ?? "…";
  }
}
