/** A room's time line as options of ECharts: rows one below the other over one axis of time. Pure. */
import type { EChartsCoreOption } from "echarts/core";
import { type Extent, LEFT, RIGHT } from "./timeline";
import type { Minute } from "./wire";

export type Colors = { ink: string; soft: string; line: string; surface: string; buy: string; earned: string; good: string; focus: string };
type Field = Exclude<keyof Minute, "at_ms">;
export type Series = { field: Field; name: string; color: keyof Colors; look: "area" | "line" | "bar"; isMoney?: boolean };
export type Row = { id: string; title: string; height: number; top: number; series: Series[] };

const GAP = 34;
const FIRST_TOP = 26;
const AXIS = 24;

export type Names = Record<Field | "online" | "talk" | "clicks_row" | "sales", string>;

/** The rows that there are numbers for. */
export function rowsOf(names: Names, has: { traffic: boolean; money: boolean }): Row[] {
  const rows: Omit<Row, "top">[] = [];
  if (has.traffic) {
    rows.push({
      id: "online",
      title: names.online,
      height: 96,
      series: [
        { field: "online_max", name: names.online_max, color: "focus", look: "area" },
        { field: "online_average", name: names.online_average, color: "ink", look: "line" },
      ],
    });
    rows.push({
      id: "talk",
      title: names.talk,
      height: 64,
      series: [
        { field: "comments", name: names.comments, color: "good", look: "bar" },
        { field: "likes", name: names.likes, color: "buy", look: "line" },
      ],
    });
    rows.push({
      id: "clicks",
      title: names.clicks_row,
      height: 64,
      series: [
        { field: "clicks", name: names.clicks, color: "buy", look: "bar" },
        { field: "bag_opens", name: names.bag_opens, color: "focus", look: "bar" },
      ],
    });
  }
  const sales: Series[] = [{ field: "orders_paid", name: names.orders_paid, color: "buy", look: "bar" }];
  if (has.money) sales.push({ field: "gmv_minor", name: names.gmv_minor, color: "earned", look: "line", isMoney: true });
  rows.push({ id: "sales", title: names.sales, height: 84, series: sales });
  let top = FIRST_TOP;
  return rows.map((row) => {
    const placed = { ...row, top };
    top += row.height + GAP;
    return placed;
  });
}

export function heightOf(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last ? last.top + last.height + AXIS : 0;
}

type Write = { time: (atMs: number) => string; count: (value: number) => string; money: (value: number) => string };

export function chartOption(rows: readonly Row[], minutes: readonly Minute[], extent: Extent, colors: Colors, write: Write, label: string): EChartsCoreOption {
  const grid = rows.map((row) => ({ left: LEFT, right: RIGHT, top: row.top, height: row.height }));
  const isLast = (index: number) => index === rows.length - 1;
  const stepMs = (minutes[1]?.at_ms ?? extent.endMs) - (minutes[0]?.at_ms ?? extent.startMs);
  return {
    animation: false,
    aria: { enabled: true, label: { description: label } },
    textStyle: { fontFamily: "inherit", fontSize: 12 },
    grid,
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: colors.soft } },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: colors.surface,
      borderColor: colors.line,
      textStyle: { color: colors.ink, fontSize: 12 },
      axisPointer: { type: "line", label: { show: false } },
      formatter: (points: unknown) => tooltipOf(points, rows, write),
    },
    xAxis: rows.map((_, index) => ({
      type: "value",
      gridIndex: index,
      min: extent.startMs,
      max: extent.endMs,
      splitLine: { show: false },
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
      axisLabel: { show: isLast(index), color: colors.soft, hideOverlap: true, showMinLabel: true, showMaxLabel: false, formatter: write.time },
      interval: tickMs(extent),
    })),
    yAxis: rows.flatMap((row, index) => [
      axis(index, colors, write.count),
      // Money and likes are of another size than what stands beside them: their shape counts, their numbers are in the tooltip.
      { ...axis(index, colors, write.money), position: "right", show: false },
    ]),
    series: rows.flatMap((row, index) =>
      row.series.map((series) => ({
        type: series.look === "bar" ? "bar" : "line",
        id: `${row.id}-${series.field}`,
        name: series.name,
        xAxisIndex: index,
        yAxisIndex: index * 2 + (series.isMoney || series.field === "likes" ? 1 : 0),
        data: minutes.map((minute) => [minute.at_ms + stepMs / 2, minute[series.field] ?? 0]),
        showSymbol: minutes.length === 1,
        symbolSize: 6,
        step: series.look === "area" ? "middle" : undefined,
        barMaxWidth: 14,
        barMinWidth: 1,
        lineStyle: { width: 1.75, color: colors[series.color] },
        itemStyle: { color: colors[series.color] },
        areaStyle: series.look === "area" ? { color: colors[series.color], opacity: 0.16 } : undefined,
      })),
    ),
  };
}

function axis(gridIndex: number, colors: Colors, formatter: (value: number) => string) {
  return {
    type: "value",
    gridIndex,
    min: 0,
    minInterval: 1,
    splitNumber: 2,
    axisLabel: { color: colors.soft, formatter, hideOverlap: true },
    splitLine: { lineStyle: { color: colors.line } },
  };
}

const TICK_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440];
const MOST_TICKS = 7;

/** Whole minutes from one time on the axis to the next, so that no time stands there twice. */
export function tickMs(extent: Extent): number {
  const minutes = (extent.endMs - extent.startMs) / 60_000;
  return 60_000 * (TICK_MINUTES.find((each) => minutes / each <= MOST_TICKS) ?? Math.ceil(minutes / MOST_TICKS));
}

type Point = { seriesId?: string; seriesName?: string; marker?: string; value?: [number, number] };

function tooltipOf(points: unknown, rows: readonly Row[], write: Write): string {
  const list = (Array.isArray(points) ? points : [points]) as Point[];
  const at = list[0]?.value?.[0];
  const isMoney = new Set(rows.flatMap((row) => row.series.filter((each) => each.isMoney).map((each) => `${row.id}-${each.field}`)));
  const lines = list.map(({ seriesId, seriesName, marker, value }) => {
    const number = value?.[1] ?? 0;
    return `${marker ?? ""}${seriesName ?? ""} <b>${isMoney.has(seriesId ?? "") ? write.money(number) : write.count(number)}</b>`;
  });
  return [at === undefined ? "" : write.time(at), ...lines].join("<br>");
}
