// Residuals of a regression: predicted against actual values, and what is left over.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { Residuals as ResidualData } from "../data/bundle";
import { formatNumber } from "../data/number";
import { Figure } from "../figure/figure";
import { textWidth, widest } from "../figure/labels";
import { ACCENT, MUTED, PAPER, RULE } from "../figure/palette";
import { evenAxis, tickText } from "../figure/ticks";

function rangeOf(values: number[]): [number, number] {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return [0, 1];
  const [low, high] = known.reduce(([l, h], value) => [Math.min(l, value), Math.max(h, value)], [known[0]!, known[0]!]);
  return low === high ? [low - 1, high + 1] : [low, high];
}

interface ScatterOptions {
  xLabel: string;
  yLabel: string;
  /** The line on which a perfect prediction lies. */
  diagonal: boolean;
}

function drawScatter(points: [number, number][], options: ScatterOptions, width: number): SVGSVGElement {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [low, high] = rangeOf(options.diagonal ? [...xs, ...ys] : xs);
  const height = Math.round(Math.min(380, Math.max(220, 0.75 * width)));
  const x = evenAxis([low, high], width / 90);
  const y = evenAxis(options.diagonal ? [low, high] : rangeOf([...ys, 0]), height / 52);
  return Plot.plot({
    width,
    height,
    marginLeft: Math.max(40, widest(y.ticks.map(tickText)) + 14),
    marginRight: Math.max(20, textWidth(tickText(x.domain[1])) / 2 + 4),
    marginBottom: 40,
    marginTop: 26,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: {
      ...x,
      label: options.xLabel,
      labelAnchor: "center",
      labelArrow: "none",
      tickFormat: tickText,
    },
    y: { ...y, label: options.yLabel, labelArrow: "none", tickFormat: tickText, tickSize: 0 },
    marks: [
      Plot.gridY({ stroke: RULE, strokeOpacity: 1, ticks: y.ticks }),
      options.diagonal
        ? Plot.line(
            [
              [low, low],
              [high, high],
            ],
            { stroke: MUTED, strokeDasharray: "4 3" },
          )
        : Plot.ruleY([0], { stroke: MUTED, strokeDasharray: "4 3" }),
      Plot.dot(points, { r: 2.5, fill: ACCENT, fillOpacity: 0.45 }),
      Plot.tip(
        points,
        Plot.pointer({
          x: "0",
          y: "1",
          title: ([x, y]: [number, number]) =>
            `${options.xLabel} ${formatNumber(x)}\n${options.yLabel} ${formatNumber(y)}`,
          fill: PAPER,
          stroke: MUTED,
        }),
      ),
    ],
  }) as SVGSVGElement;
}

function Scatter({
  title,
  points,
  options,
  of,
}: {
  title: string;
  points: [number, number][];
  options: ScatterOptions;
  of: string;
}) {
  const table = useMemo(() => ({ columns: [options.xLabel, options.yLabel], rows: points }), [points, options]);
  const draw = useCallback((width: number) => drawScatter(points, options, width), [points, options]);
  const size = (values: number[]) =>
    `from ${formatNumber(Math.min(...values))} to ${formatNumber(Math.max(...values))}`;
  const summary = `${points.length} rows: ${options.xLabel} ${size(points.map(([x]) => x))}, ${options.yLabel} ${size(points.map(([, y]) => y))}.`;
  return <Figure title={title} fileStem={of} summary={summary} table={table} draw={draw} />;
}

const AGAINST: ScatterOptions = { xLabel: "actual", yLabel: "predicted", diagonal: true };
const LEFT_OVER: ScatterOptions = { xLabel: "predicted", yLabel: "predicted − actual", diagonal: false };

export function Residuals({ residuals, of }: { residuals: ResidualData; of: string }) {
  const against = useMemo(
    () => residuals.actual.map((actual, i): [number, number] => [actual, residuals.predicted[i]!]),
    [residuals],
  );
  const leftOver = useMemo(
    () => against.map(([actual, predicted]): [number, number] => [predicted, predicted - actual]),
    [against],
  );
  const name = typeof residuals.output === "number" ? `target ${residuals.output + 1}` : residuals.output;
  return (
    <>
      <Scatter title={`Predicted against actual: ${name}`} points={against} options={AGAINST} of={of} />
      <Scatter title={`Residuals: ${name}`} points={leftOver} options={LEFT_OVER} of={of} />
    </>
  );
}
