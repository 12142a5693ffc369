/** A condition while it is made: clicked or written, and the one turned into the other where that can be. */
import { ApiProblem, api, ok, textOf } from "../../../lib/api/client";
import { t, tOr } from "../../../lib/i18n/index.svelte";
import { shopId } from "../../state/session.svelte";
import { GroupNode, type Json, TestNode, fromJson, toJson } from "./tree.svelte";
import type { ConditionCount, ConditionField, OwnSegment } from "./wire";

export type Form = "clicks" | "cel";

export class ConditionDraft {
  form = $state<Form>("clicks");
  root = $state(new GroupNode("all", [new TestNode()]));
  cel = $state("");
  fields = $state.raw<ReadonlyMap<string, ConditionField>>(new Map());
  counted = $state.raw<ConditionCount | null>(null);
  problem = $state("");
  /** To be turned to once it is counted. */
  #wanted: Form | null = null;
  /** Why the form was not changed. */
  refusal = $state("");
  readonly clicked: Json | null = $derived(toJson(this.root, this.fields));
  readonly isEmpty: boolean = $derived(this.form === "cel" ? !this.cel.trim() : this.clicked === null);

  /** Asks what can be asked of fans, then shows what is there. */
  async load(segment: OwnSegment | null): Promise<void> {
    const { items } = await ok(api.GET("/api/fans/condition-fields"));
    this.fields = new Map(items.map((each) => [each.name, each]));
    if (!segment) return;
    this.cel = segment.cel;
    const tree = fromJson(segment.condition, this.fields);
    if (tree) this.root = tree;
    else this.form = "cel";
  }

  /** What the API takes; null while there is nothing whole. */
  get body(): { condition: Json } | { cel: string } | null {
    if (this.form === "cel") return this.cel.trim() ? { cel: this.cel.trim() } : null;
    return this.clicked && { condition: this.clicked };
  }

  /** The other form of the same tree, as the API answered it when it was counted. */
  turn(form: Form): void {
    this.refusal = "";
    if (form === this.form) return;
    if (!this.isEmpty && !this.counted) {
      if (this.problem) this.refusal = t("fans_turn_mend");
      else this.#wanted = form;
      return;
    }
    if (form === "cel") this.cel = this.counted?.cel ?? "";
    else {
      const tree = this.counted ? fromJson(this.counted.condition, this.fields) : new GroupNode("all", [new TestNode()]);
      if (!tree) {
        this.refusal = t("fans_turn_too_deep");
        return;
      }
      this.root = tree;
    }
    this.form = form;
  }

  /** Something in it is another now. */
  changed(): void {
    this.counted = null;
    this.problem = "";
    this.#wanted = null;
  }

  async count(body: { condition: Json } | { cel: string }, signal: AbortSignal): Promise<void> {
    try {
      const found = await ok(api.POST("/api/shops/{shop_id}/segments/count", { params: { path: { shop_id: shopId() } }, body, signal }));
      if (signal.aborted) return;
      this.counted = found;
      if (this.#wanted) this.turn(this.#wanted);
    } catch (error) {
      if (!signal.aborted) this.problem = whatIsWrong(error, this.form);
    }
  }
}

export function whatIsWrong(error: unknown, form: Form): string {
  if (!(error instanceof ApiProblem) || error.code !== "condition") return textOf(error);
  const { reason, at, name: of } = error.params as { reason: string; at: string; name?: string };
  const why = tOr(`fans_condition_${reason}`, t("fans_condition_other"));
  const field = of && form === "clicks" ? tOr(`fans_field_${of}`, of) : of;
  return [why, field, form === "cel" && at && t("fans_condition_at", { at })].filter(Boolean).join(" · ");
}
