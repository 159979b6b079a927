// What a line chart says where the pointer is: every series at one x, or the nearest line before all others.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { formatNumber } from "../data/number";
import { fitText } from "./labels";
import type { LineChart, Point } from "./lines";
import { MUTED, PAPER } from "./palette";

// More do not fit into a box beside the pointer.
const MOST_TOLD = 12;
const NAME_WIDTH = 200;
const FADED = "0.15";

export interface Reading {
  x: number;
  /** Of the first line, where the box begins. */
  y: number;
  text: string;
}

function valueText(chart: LineChart, value: number): string {
  return chart.percent ? `${formatNumber(100 * value, 5)} %` : formatNumber(value, 5);
}

/** One text for each x that some line has: its value on every line, in the order of the lines. */
export function readings(chart: LineChart, points: Point[][]): Reading[] {
  const places = new Map<number, Reading>();
  for (const { x, y, line } of points.flat()) {
    if (!Number.isFinite(y)) continue;
    let reading = places.get(x);
    if (!reading) {
      reading = { x, y, text: `${chart.xLabel} ${formatNumber(x)}` };
      places.set(x, reading);
    }
    reading.text += `\n${fitText(line.label, NAME_WIDTH)}: ${valueText(chart, y)}`;
  }
  return [...places.values()].sort((a, b) => a.x - b.x);
}

/** Marks that show themselves where the pointer is. */
export function pointerMarks(chart: LineChart, points: Point[][]): Plot.Markish[] {
  if (!chart.nearest && chart.lines.length <= MOST_TOLD) {
    const told = readings(chart, points);
    return [
      Plot.ruleX(told, Plot.pointerX({ x: "x", py: "y", stroke: MUTED, strokeDasharray: "2 2" })),
      Plot.tip(told, Plot.pointerX({ x: "x", y: "y", title: "text", fill: PAPER, stroke: MUTED })),
    ];
  }
  return [
    Plot.tip(
      points.flat().filter((point) => Number.isFinite(point.y)),
      Plot.pointer({
        x: "x",
        y: "y",
        title: ({ line, x, y }: Point) =>
          `${line.label}\n${chart.xLabel} ${chart.xPercent ? `${formatNumber(100 * x, 4)} %` : formatNumber(x)}\n${chart.yLabel} ${valueText(chart, y)}`,
        fill: PAPER,
        stroke: MUTED,
      }),
    ),
  ];
}

/** The line under the pointer, or whose label is under it, stands out: all others fade. */
export function highlightOnHover(svg: SVGSVGElement, lines: Element[], labels: (Element | undefined)[]): void {
  let [labelled, pointed]: (number | null)[] = [null, null];
  const show = () => {
    const chosen = labelled ?? pointed;
    for (const [i, element] of [...lines.entries(), ...labels.entries()]) {
      if (chosen === null || i === chosen) element?.removeAttribute("opacity");
      else element?.setAttribute("opacity", FADED);
    }
  };
  svg.addEventListener("input", () => {
    const point = (svg as unknown as { value: Point | null }).value;
    pointed = point ? point.index : null;
    show();
  });
  const hover = (index: number | null) => {
    labelled = index;
    show();
  };
  labels.forEach((label, i) => {
    label?.addEventListener("pointerenter", () => hover(i));
    label?.addEventListener("pointerleave", () => hover(null));
  });
}
