// Line charts: curves over epochs, steps or rates, with labels at the ends of the lines.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { formatNumber } from "../data/number";
import type { Table } from "../data/table";
import { fitTexts, spreadPlaces, widest } from "./labels";
import { MUTED, RULE } from "./palette";
import { highlightOnHover, pointerMarks } from "./readings";
import { evenAxis, evenTicks, logTicks, logTickText, percentText, tickText } from "./ticks";

export interface Line {
  label: string;
  x: number[];
  y: number[];
  color: string;
  dash?: string;
  /** Width of the stroke. */
  width?: number;
  /** Labelled at its end; lines that share a colour and a label need one only. */
  labelled?: boolean;
  dots?: boolean;
  opacity?: number;
  curve?: "linear" | "step-after";
}

export interface LineChart {
  lines: Line[];
  xLabel: string;
  yLabel: string;
  xLog?: boolean;
  yLog?: boolean;
  /** Shows y as a percentage. */
  percent?: boolean;
  xPercent?: boolean;
  yDomain?: [number, number];
  /** Lines are cut where they leave the domains that are given. */
  xDomain?: [number, number];
  height?: number;
  /** The pointer asks for the nearest line, which stands out, and not for all lines at one x. */
  nearest?: boolean;
}

export interface Point {
  x: number;
  y: number;
  line: Line;
  /** Of the line. */
  index: number;
}

const MOST_TOLD = 16;
const LABEL_GAP = 14;
const TOP = 26;
const BOTTOM = 40;
const LEAST_LEFT = 40;
const TICK_ROOM = 14;
const LABEL_SHARE = 0.4;

function pointsOf(line: Line, index: number, chart: LineChart): Point[] {
  const points: Point[] = [];
  line.x.forEach((x, i) => {
    const y = line.y[i]!;
    // A gap in the line, not a zero, where there is no number or its logarithm does not exist.
    const shown = Number.isFinite(x) && Number.isFinite(y) && !(chart.yLog && y <= 0) && !(chart.xLog && x <= 0);
    points.push({ x, y: shown ? y : Number.NaN, line, index });
  });
  return points.filter((point) => Number.isFinite(point.x) && !(chart.xLog && point.x <= 0));
}

function extent(values: number[], fallback: [number, number]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : fallback;
}

function yDomainOf(chart: LineChart, values: number[]): [number, number] {
  if (chart.yDomain) return chart.yDomain;
  const [low, high] = extent(values, chart.yLog ? [0.1, 1] : [0, 1]);
  if (chart.yLog) return low === high ? [low / 2, high * 2] : [low, high];
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, 2 * low), Math.max(0, 2 * high)];
  // Losses and norms: zero belongs to the picture unless everything happens far above it.
  return low >= 0 && low < high / 2 ? [0, high] : [low, high];
}

interface AxisOptions {
  type: "log" | "linear";
  domain: [number, number];
  ticks: number[];
  tickFormat: (value: number) => string;
}

/** `whole`: all values are whole numbers, and so are the ticks. `even`: the domain ends at ticks. */
function axisOf(
  domain: [number, number],
  most: number,
  { log, percent, whole, even }: { log?: boolean; percent?: boolean; whole?: boolean; even?: boolean },
): AxisOptions {
  if (log) return { type: "log", domain, ticks: logTicks(domain, most), tickFormat: logTickText };
  const shown = even ? evenAxis(domain, most, whole) : { domain, ticks: evenTicks(domain, most, whole) };
  return { type: "linear", ...shown, tickFormat: percent ? percentText : tickText };
}

function rightmost(points: Point[]): Point | undefined {
  return points.length > 0 ? points.reduce((last, point) => (point.x >= last.x ? point : last)) : undefined;
}

function endLabels(points: Point[][], place: (y: number) => number, bottom: number, right: number) {
  const ends = points
    .map((line) => rightmost(line.filter((point) => Number.isFinite(point.y))))
    .filter((point): point is Point => point !== undefined && point.line.labelled !== false);
  const wanted = ends.map((end) => place(end.y));
  const places = spreadPlaces(wanted, LABEL_GAP, TOP, bottom);
  const texts = fitTexts(
    ends.map((end) => end.line.label),
    right - 8,
  );
  const marks = ends.map((end, i) =>
    Plot.text([end], {
      y: "y",
      text: () => texts[i]!,
      title: texts[i] === end.line.label ? undefined : () => end.line.label,
      dx: 6,
      dy: places[i]! - wanted[i]!,
      textAnchor: "start",
      frameAnchor: "right",
      fill: end.line.color,
    }),
  );
  return { marks, ofLines: ends.map((end) => end.index) };
}

function lineMarks(chart: LineChart, points: Point[][]): Plot.Markish[] {
  return [
    ...chart.lines.map((line, i) =>
      Plot.line(points[i]!, {
        x: "x",
        y: "y",
        stroke: line.color,
        strokeWidth: line.width ?? 1.75,
        strokeOpacity: line.opacity ?? 1,
        curve: line.curve ?? "linear",
        strokeDasharray: line.dash,
        strokeLinejoin: "round",
        clip: chart.xDomain !== undefined,
      }),
    ),
    ...chart.lines.map((line, i) =>
      line.dots || points[i]!.length === 1 ? Plot.dot(points[i]!, { x: "x", y: "y", r: 2.5, fill: line.color }) : null,
    ),
  ];
}

export function drawLines(chart: LineChart, width: number): SVGSVGElement {
  const height = chart.height ?? Math.round(Math.min(300, Math.max(200, width * 0.58)));
  const points = chart.lines.map((line, i) => pointsOf(line, i, chart));
  const [xs, ys] = [
    points.flat().map((point) => point.x),
    points
      .flat()
      .map((point) => point.y)
      .filter(Number.isFinite),
  ];
  const whole = (values: number[]) => values.length > 0 && values.every(Number.isInteger);
  const yAxis = axisOf(yDomainOf(chart, ys), height / 52, {
    log: chart.yLog,
    percent: chart.percent,
    whole: whole(ys),
    even: !chart.yDomain,
  });
  const left = Math.max(LEAST_LEFT, widest(yAxis.ticks.map(yAxis.tickFormat)) + TICK_ROOM);
  const labels = chart.lines.filter((line) => line.labelled !== false).map((line) => line.label);
  const right = Math.max(14, Math.min(widest(labels) + 14, Math.round(width * LABEL_SHARE)));
  const xDomain = chart.xDomain ?? extent(xs, chart.xLog ? [1, 10] : [0, 1]);
  if (xDomain[0] === xDomain[1]) xDomain[chart.xLog ? 1 : 0] = chart.xLog ? xDomain[1] * 10 : xDomain[0] - 1;
  const xAxis = axisOf(xDomain, Math.max(2, (width - left - right) / 56), {
    log: chart.xLog,
    percent: chart.xPercent,
    whole: whole(xs),
  });
  const y = { ...yAxis, range: [height - BOTTOM, TOP] };
  const yScale = Plot.scale({ y })!;
  const ends = endLabels(points, (value) => yScale.apply(value), height - BOTTOM, right);
  const svg = Plot.plot({
    width,
    height,
    marginLeft: left,
    marginRight: right,
    marginTop: TOP,
    marginBottom: BOTTOM,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: { ...xAxis, label: chart.xLabel, labelArrow: "none", labelAnchor: "center", tickSize: 4 },
    y: { ...y, label: chart.yLabel, labelArrow: "none", tickSize: 0 },
    marks: [
      Plot.gridY({ stroke: RULE, strokeOpacity: 1, ticks: y.ticks }),
      Plot.ruleY([y.domain[0]], { stroke: MUTED }),
      ...lineMarks(chart, points),
      ...ends.marks,
      ...pointerMarks(chart, points),
    ],
  }) as SVGSVGElement;
  if (chart.nearest) {
    // The texts of axes have other names.
    const labelled = new Map([...svg.querySelectorAll("g[aria-label=text]")].map((g, i) => [ends.ofLines[i], g]));
    const lines = [...svg.querySelectorAll("g[aria-label=line]")];
    highlightOnHover(
      svg,
      lines,
      lines.map((_, i) => labelled.get(i)),
    );
  }
  return svg;
}

/** One column per line where all lines share their x, else one row per point. */
export function linesTable(lines: Line[], xLabel: string, yLabel: string): Table {
  const first = lines[0];
  if (!first) return { columns: [xLabel, yLabel], rows: [] };
  const shared = lines.every((line) => line.x.length === first.x.length && line.x.every((x, i) => x === first.x[i]));
  if (shared) {
    return {
      columns: [xLabel, ...lines.map((line) => line.label)],
      rows: first.x.map((x, i) => [x, ...lines.map((line) => finiteCell(line.y[i]))]),
    };
  }
  return {
    columns: ["series", xLabel, yLabel],
    rows: lines.flatMap((line) => line.x.map((x, i) => [line.label, x, finiteCell(line.y[i])])),
  };
}

function finiteCell(value: number | undefined): number | string | null {
  if (value === undefined || Number.isNaN(value)) return null;
  return Number.isFinite(value) ? value : value > 0 ? "inf" : "-inf";
}

/** Where each line starts and ends, for those who cannot see it. */
export function linesSummary(chart: LineChart): string {
  const show = (value: number) => (chart.percent ? `${formatNumber(100 * value, 4)} %` : formatNumber(value));
  const told = chart.lines.length <= MOST_TOLD ? chart.lines : chart.lines.filter((line) => line.labelled !== false);
  const more = told.length < chart.lines.length ? ` ${chart.lines.length} lines; those with a label:` : "";
  const sentences = told.map((line) => {
    const ys = line.y.filter(Number.isFinite);
    if (ys.length === 0) return `${line.label}: no values.`;
    const [low, high] = extent(ys, [0, 0]);
    return `${line.label}: from ${show(ys[0]!)} to ${show(ys.at(-1)!)}, lowest ${show(low)}, highest ${show(high)}.`;
  });
  return `${chart.yLabel} against ${chart.xLabel}${chart.yLog ? ", logarithmic" : ""}.${more} ${sentences.join(" ")}`;
}
