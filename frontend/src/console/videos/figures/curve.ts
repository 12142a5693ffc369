/** A film's figures as options of ECharts: rows below the film's stills, over the same time. Pure. */
import type { EChartsCoreOption } from "echarts/core";
import { momentText } from "../film/strip";
import type { VideoMetrics } from "../wire";

export type Colors = { ink: string; soft: string; line: string; surface: string; buy: string; earned: string; good: string; focus: string; bad: string };
type Moment = VideoMetrics["moments"][number];
export type Series = { name: string; color: keyof Colors; look: "area" | "bar" | "line"; value: (moment: Moment) => number; isMoney?: boolean; isShare?: boolean };
export type Row = { id: string; title: string; top: number; height: number; series: Series[] };

const GAP = 34;
const FIRST_TOP = 24;
const HEIGHTS = [120, 56, 64, 64];

export type Names = Record<"through" | "left_row" | "cards" | "sales" | "reached" | "left" | "impressions" | "clicks" | "orders" | "gmv", string>;

export function rowsOf(names: Names, viewers: number): Row[] {
  const rows: { id: string; title: string; series: Series[] }[] = [
    { id: "through", title: names.through, series: [{ name: names.reached, color: "focus", look: "area", isShare: true, value: (each) => (viewers > 0 ? each.reached / viewers : 0) }] },
    { id: "left", title: names.left_row, series: [{ name: names.left, color: "bad", look: "bar", value: (each) => each.left }] },
    {
      id: "cards",
      title: names.cards,
      series: [
        { name: names.impressions, color: "soft", look: "bar", value: (each) => each.impressions },
        { name: names.clicks, color: "buy", look: "bar", value: (each) => each.clicks },
      ],
    },
    {
      id: "sales",
      title: names.sales,
      series: [
        { name: names.orders, color: "good", look: "bar", value: (each) => each.orders_paid },
        { name: names.gmv, color: "earned", look: "line", isMoney: true, value: (each) => each.gmv_minor },
      ],
    },
  ];
  let top = FIRST_TOP;
  return rows.map((row, index) => {
    const placed = { ...row, top, height: HEIGHTS[index] ?? 64 };
    top += placed.height + GAP;
    return placed;
  });
}

export function heightOf(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last ? last.top + last.height + 8 : 0;
}

type Write = { count: (value: number) => string; money: (minor: number) => string; share: (value: number) => string };

function textOf(series: Series, value: number, write: Write): string {
  return series.isMoney ? write.money(value) : series.isShare ? write.share(value) : write.count(value);
}

export function curveOption(rows: readonly Row[], metrics: VideoMetrics, colors: Colors, write: Write, label: string): EChartsCoreOption {
  const stepMs = metrics.step_s * 1000;
  const all = rows.flatMap((row, index) => row.series.map((series) => ({ series, index, id: `${row.id}-${series.name}` })));
  return {
    animation: false,
    aria: { enabled: true, label: { description: label } },
    textStyle: { fontFamily: "inherit", fontSize: 12 },
    grid: rows.map((row) => ({ left: 0, right: 0, top: row.top, height: row.height })),
    axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: colors.soft } },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: colors.surface,
      borderColor: colors.line,
      textStyle: { color: colors.ink, fontSize: 12 },
      axisPointer: { type: "line", label: { show: false } },
      formatter: (points: unknown) => tooltipOf(points, all, stepMs, write),
    },
    xAxis: rows.map((_, index) => ({
      type: "value",
      gridIndex: index,
      min: 0,
      max: metrics.duration_ms,
      splitLine: { show: false },
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
      axisLabel: { show: false },
    })),
    yAxis: rows.flatMap((row, index) => [
      {
        type: "value",
        gridIndex: index,
        min: 0,
        max: row.series[0]?.isShare ? 1 : undefined,
        minInterval: row.series[0]?.isShare ? undefined : 1,
        splitNumber: 2,
        axisLabel: { inside: true, color: colors.soft, hideOverlap: true, showMinLabel: false, verticalAlign: "top", padding: [2, 0, 0, 0], formatter: row.series[0]?.isShare ? write.share : write.count },
        splitLine: { lineStyle: { color: colors.line } },
      },
      { type: "value", gridIndex: index, min: 0, show: false },
    ]),
    series: all.map(({ series, index, id }) => ({
      id,
      type: series.look === "bar" ? "bar" : "line",
      name: series.name,
      xAxisIndex: index,
      yAxisIndex: index * 2 + (series.isMoney ? 1 : 0),
      data: metrics.moments.map((each) => [Math.min(metrics.duration_ms, each.at_ms + stepMs / 2), series.value(each)]),
      showSymbol: metrics.moments.length === 1,
      symbolSize: 6,
      smooth: false,
      barMaxWidth: 14,
      barMinWidth: 1,
      lineStyle: { width: 1.75, color: colors[series.color] },
      itemStyle: { color: colors[series.color] },
      areaStyle: series.look === "area" ? { color: colors[series.color], opacity: 0.16 } : undefined,
    })),
  };
}

type Point = { seriesId?: string; marker?: string; value?: [number, number] };

function tooltipOf(points: unknown, all: readonly { series: Series; id: string }[], stepMs: number, write: Write): string {
  const list = (Array.isArray(points) ? points : [points]) as Point[];
  const middle = list[0]?.value?.[0];
  const lines = list.map(({ seriesId, marker, value }) => {
    const known = all.find((each) => each.id === seriesId);
    return known ? `${marker ?? ""}${known.series.name} <b>${textOf(known.series, value?.[1] ?? 0, write)}</b>` : "";
  });
  return [middle === undefined ? "" : momentText(Math.max(0, middle - stepMs / 2)), ...lines].join("<br>");
}

/** Where most people left, after the first moments in which everybody decides; null with too few to say. */
export function worstMoment(metrics: VideoMetrics, leastLeft = 3): Moment | null {
  const inside = metrics.moments.filter((each) => each.at_ms >= 2000 && each.at_ms < metrics.duration_ms - 2000);
  const worst = inside.reduce<Moment | null>((most, each) => (most === null || each.left > most.left ? each : most), null);
  return worst && worst.left >= leastLeft ? worst : null;
}
