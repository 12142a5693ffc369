import { describe, expect, it } from "vitest";
import { nextCell, readCells } from "../../src/console/products/grid";
import { type OptionDraft, type Variant, combine, keyOf, readValues, renameValue } from "../../src/console/products/matrix";

type Row = Variant & { id: string; price: string };
let made = 0;
const fresh = (like: Row | null, values: string[]): Row => ({ id: `new${++made}`, price: like?.price ?? "", values });
const option = (name: string, ...values: string[]): OptionDraft => ({ key: name.length, name, values });

describe("renaming a value where it stands", () => {
  const draft = {
    options: [option("颜色", "红", "白"), option(""), { key: 9, name: "尺码", values: ["红", "S"] }],
    skus: [{ id: "a", price: "9.00", values: ["红", "红"] }],
    excluded: [keyOf(["红", "S"])],
  };

  it("keeps its variants and what is not sold, and touches no other option's value of that name", () => {
    const renamed = renameValue(draft, 2, "红", " 砖红 ");
    expect(renamed?.options.map((one) => one.values)).toEqual([["砖红", "白"], [], ["红", "S"]]);
    expect(renamed?.skus).toEqual([{ id: "a", price: "9.00", values: ["砖红", "红"] }]);
    expect(renamed?.excluded).toEqual([keyOf(["砖红", "S"])]);
    expect(renameValue(draft, 9, "S", "M")?.excluded).toEqual([keyOf(["红", "M"])]);
  });

  it("refuses a name that another value has, and no name", () => {
    expect([renameValue(draft, 2, "红", "白"), renameValue(draft, 2, "红", "  ")]).toEqual([null, null]);
  });
});

describe("the table of all combinations", () => {
  const one: Row[] = [{ id: "a", price: "9.00", values: [] }];

  it("keeps the variant that there was as the first, and begins the others with its terms", () => {
    const rows = combine([option("颜色", "红", "白")], one, [], fresh);
    expect(rows.map((row) => [row.id.startsWith("new") ? "new" : row.id, row.price, row.values])).toEqual([
      ["a", "9.00", ["红"]],
      ["new", "9.00", ["白"]],
    ]);
  });

  it("goes over to a second option and back without losing a variant", () => {
    const rows = combine([option("颜色", "红", "白")], one, [], fresh);
    const sized = combine([option("颜色", "红", "白"), option("尺码", "S", "M")], rows, [], fresh);
    expect(sized.map((row) => row.values.join(""))).toEqual(["红S", "红M", "白S", "白M"]);
    expect([sized[0]?.id, sized[2]?.id]).toEqual([rows[0]?.id, rows[1]?.id]);
    const back = combine([option("颜色", "红", "白")], sized, [], fresh);
    expect(back.map((row) => row.id)).toEqual(rows.map((row) => row.id));
  });

  it("leaves out what is not sold, and keeps each row when the order of values changes", () => {
    const rows = combine([option("颜色", "红", "白")], one, [], fresh);
    const turned = combine([option("颜色", "白", "红", "蓝")], rows, [keyOf(["蓝"])], fresh);
    expect(turned.map((row) => row.id)).toEqual([rows[1]?.id, rows[0]?.id]);
  });

  it("takes several values at once, each once", () => {
    expect(readValues("红，白, 红\n蓝", ["白"])).toEqual(["白", "红", "蓝"]);
  });
});

describe("moving as in a spreadsheet", () => {
  const size = { row: 3, column: 4 };
  const within = { isAtStart: false, isAtEnd: false };

  it("goes down by Enter and up by Shift, and stops at the edge", () => {
    expect(nextCell("Enter", { row: 0, column: 1 }, size, within)).toEqual({ row: 1, column: 1 });
    expect(nextCell("Enter", { row: 1, column: 1 }, size, within, true)).toEqual({ row: 0, column: 1 });
    expect(nextCell("ArrowDown", { row: 2, column: 1 }, size, within)).toBeNull();
  });

  it("leaves a cell sideways only from the end of its text", () => {
    expect(nextCell("ArrowRight", { row: 0, column: 0 }, size, within)).toBeNull();
    expect(nextCell("ArrowRight", { row: 0, column: 0 }, size, { ...within, isAtEnd: true })).toEqual({ row: 0, column: 1 });
    expect(nextCell("a", { row: 0, column: 0 }, size, within)).toBeNull();
  });

  it("reads a column copied from a spreadsheet, but leaves a single text to the browser", () => {
    expect(readCells("1.00\r\n2.00\r\n")).toEqual([["1.00"], ["2.00"]]);
    expect(readCells("1\t2\n3\t4")).toEqual([["1", "2"], ["3", "4"]]);
    expect(readCells("19.90")).toBeNull();
  });
});
