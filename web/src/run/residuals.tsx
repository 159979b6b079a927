// Residuals of a regression: predicted against actual values, and what is left over.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { Residuals as ResidualData } from "../data/bundle";
import { formatNumber } from "../data/number";
import { Figure } from "../figure/figure";
import { ACCENT, MUTED, PAPER, RULE } from "../figure/palette";

interface ScatterOptions {
  xLabel: string;
  yLabel: string;
  /** The line on which a perfect prediction lies. */
  diagonal: boolean;
}

function drawScatter(points: [number, number][], options: ScatterOptions, width: number): SVGSVGElement {
  const values = points.flatMap(([x, y]) => (options.diagonal ? [x, y] : [x]));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return Plot.plot({
    width,
    height: Math.round(Math.min(380, Math.max(220, 0.75 * width))),
    marginLeft: 52,
    marginBottom: 40,
    marginTop: 26,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: { label: options.xLabel, labelAnchor: "center", labelArrow: "none", ticks: 6, nice: true },
    y: { label: options.yLabel, labelArrow: "none", ticks: 6, tickSize: 0, nice: true },
    marks: [
      Plot.gridY({ stroke: RULE, strokeOpacity: 1, ticks: 6 }),
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
  return (
    <>
      <Scatter title={`Predicted against actual: ${residuals.output}`} points={against} options={AGAINST} of={of} />
      <Scatter title={`Residuals: ${residuals.output}`} points={leftOver} options={LEFT_OVER} of={of} />
    </>
  );
}
