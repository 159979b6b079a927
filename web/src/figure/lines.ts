// Line charts: curves over epochs, steps or rates, with labels at the ends of the lines.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { formatDigits, formatNumber, superscript } from "../data/number";
import type { Table } from "../data/table";
import { fitText, spreadPlaces, textWidth } from "./labels";
import { MUTED, PAPER, RULE } from "./palette";

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
  height?: number;
}

interface Point {
  x: number;
  y: number;
  line: Line;
}

const MOST_TOLD = 16;
const LABEL_GAP = 14;
const LEFT = 52;
const TOP = 26;
const BOTTOM = 40;

function pointsOf(line: Line, chart: LineChart): Point[] {
  const points: Point[] = [];
  line.x.forEach((x, i) => {
    const y = line.y[i]!;
    // A gap in the line, not a zero, where there is no number or its logarithm does not exist.
    const shown = Number.isFinite(x) && Number.isFinite(y) && !(chart.yLog && y <= 0) && !(chart.xLog && x <= 0);
    points.push({ x, y: shown ? y : Number.NaN, line });
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

function yDomainOf(chart: LineChart, points: Point[]): [number, number] {
  if (chart.yDomain) return chart.yDomain;
  const values = points.map((point) => point.y).filter(Number.isFinite);
  const [low, high] = extent(values, chart.yLog ? [0.1, 1] : [0, 1]);
  if (chart.yLog) return low === high ? [low / 2, high * 2] : [low, high];
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, 2 * low), Math.max(0, 2 * high)];
  // Losses and norms: zero belongs to the picture unless everything happens far above it.
  return low >= 0 && low < high / 2 ? [0, high] : [low, high];
}

export function powerOfTen(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (Math.abs(Math.log10(value) - exponent) > 1e-9) return "";
  return exponent >= -2 && exponent <= 3 ? String(Number(value.toPrecision(1))) : `10${superscript(exponent)}`;
}

/** Ticks of a logarithmic axis: powers of ten, about `most` of them; 2 and 5 between where these are fewer than three. */
export function logTicks([low, high]: [number, number], most = 7): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const every = Math.max(1, Math.ceil((last - first) / most));
  const inside = (tick: number) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9);
  const ticksOf = (factors: number[]) => {
    const ticks: number[] = [];
    for (let exponent = first; exponent <= last; exponent += every) {
      ticks.push(...factors.map((factor) => Number(`${factor}e${exponent}`)).filter(inside));
    }
    return ticks;
  };
  const powers = ticksOf([1]);
  return powers.length < 3 ? ticksOf([1, 2, 5]) : powers;
}

function logTickText(factorsShown: boolean): (value: number) => string {
  return (value) => powerOfTen(value) || (factorsShown ? formatNumber(value, 1) : "");
}

function axisOptions(log: boolean | undefined, domain: [number, number], pixels: number, percent = false) {
  if (log) {
    const ticks = logTicks(domain, Math.max(2, pixels / 44));
    return { type: "log" as const, domain, ticks, tickFormat: logTickText(ticks.length > 0) };
  }
  const wholeNumbers = !percent && domain[1] - domain[0] >= 2;
  const count = Math.max(2, Math.floor(pixels / 64));
  const tickFormat = percent
    ? (value: number) => `${Number((100 * value).toFixed(3))} %`
    : (value: number) => formatDigits(value, 6);
  return {
    type: "linear" as const,
    domain,
    ticks: wholeNumbers ? Math.min(count, Math.ceil(domain[1] - domain[0])) : count,
    tickFormat,
  };
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
  return ends.map((end, i) =>
    Plot.text([end], {
      y: "y",
      text: () => fitText(end.line.label, right - 8),
      dx: 6,
      dy: places[i]! - wanted[i]!,
      textAnchor: "start",
      frameAnchor: "right",
      fill: end.line.color,
    }),
  );
}

export function drawLines(chart: LineChart, width: number): SVGSVGElement {
  const height = chart.height ?? Math.round(Math.min(300, Math.max(200, width * 0.58)));
  const points = chart.lines.map((line) => pointsOf(line, chart));
  const all = points.flat();
  const longest = Math.max(0, ...chart.lines.filter((l) => l.labelled !== false).map((l) => textWidth(l.label)));
  const right = Math.min(longest + 12, Math.round(width * 0.34));
  const yDomain = yDomainOf(chart, all);
  const xDomain = extent(
    all.map((point) => point.x),
    chart.xLog ? [1, 10] : [0, 1],
  );
  if (xDomain[0] === xDomain[1]) xDomain[chart.xLog ? 1 : 0] = chart.xLog ? xDomain[1] * 10 : xDomain[0] - 1;
  const y = {
    ...axisOptions(chart.yLog, yDomain, height, chart.percent),
    nice: !chart.yLog && !chart.yDomain,
    range: [height - BOTTOM, TOP],
  };
  const yScale = Plot.scale({ y });
  const svg = Plot.plot({
    width,
    height,
    marginLeft: LEFT,
    marginRight: Math.max(right, 14),
    marginTop: TOP,
    marginBottom: BOTTOM,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: {
      ...axisOptions(chart.xLog, xDomain, width - LEFT - right, chart.xPercent),
      label: chart.xLabel,
      labelArrow: "none",
      labelAnchor: "center",
      tickSize: 4,
    },
    y: { ...y, label: chart.yLabel, labelArrow: "none", tickSize: 0 },
    marks: [
      Plot.gridY({ stroke: RULE, strokeOpacity: 1, ticks: y.ticks }),
      Plot.ruleY([Array.from(yScale!.domain!)[0] as number], { stroke: MUTED }),
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
        }),
      ),
      ...chart.lines.map((line, i) =>
        line.dots || points[i]!.length === 1
          ? Plot.dot(points[i]!, { x: "x", y: "y", r: 2.5, fill: line.color })
          : null,
      ),
      ...endLabels(points, (value) => yScale!.apply(value), height - BOTTOM, right),
      Plot.tip(
        all.filter((point) => Number.isFinite(point.y)),
        Plot.pointer({
          x: "x",
          y: "y",
          title: (point: Point) =>
            `${point.line.label}\n${chart.xLabel} ${formatNumber(point.x)}\n${chart.yLabel} ${chart.percent ? `${formatNumber(100 * point.y, 5)} %` : formatNumber(point.y, 5)}`,
          fill: PAPER,
          stroke: MUTED,
        }),
      ),
    ],
  });
  return svg as SVGSVGElement;
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
