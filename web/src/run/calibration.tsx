// Calibration of a classifier.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { CalibrationBin } from "../data/bundle";
import { formatCount, formatPercent } from "../data/number";
import { Figure } from "../figure/figure";
import { ACCENT, MUTED, PAPER, RULE } from "../figure/palette";

function drawCalibration(bins: CalibrationBin[], width: number): SVGSVGElement {
  const side = Math.min(width, 420);
  const filled = bins.filter((bin) => bin.count > 0);
  const most = Math.max(1, ...filled.map((bin) => bin.count));
  const percent = (value: number) => `${Math.round(100 * value)} %`;
  return Plot.plot({
    width: side,
    height: side,
    marginLeft: 52,
    marginBottom: 40,
    marginTop: 26,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: {
      domain: [0, 1],
      label: "winning probability",
      labelAnchor: "center",
      labelArrow: "none",
      tickFormat: percent,
      ticks: 5,
    },
    y: { domain: [0, 1], label: "share that is right", labelArrow: "none", tickFormat: percent, ticks: 5, tickSize: 0 },
    marks: [
      Plot.gridY({ stroke: RULE, strokeOpacity: 1, ticks: 5 }),
      Plot.ruleY([0], { stroke: MUTED }),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: MUTED, strokeDasharray: "4 3" },
      ),
      Plot.line(filled, { x: "confidence", y: "accuracy", stroke: ACCENT, strokeWidth: 1.5 }),
      Plot.dot(filled, {
        x: "confidence",
        y: "accuracy",
        r: (bin: CalibrationBin) => 2.5 + 12 * Math.sqrt(bin.count / most),
        fill: ACCENT,
        fillOpacity: 0.35,
        stroke: ACCENT,
      }),
      Plot.tip(
        filled,
        Plot.pointer({
          x: "confidence",
          y: "accuracy",
          title: (bin: CalibrationBin) =>
            `${formatCount(bin.count)} rows\nprobability ${formatPercent(bin.confidence)}\nright ${formatPercent(bin.accuracy)}`,
          fill: PAPER,
          stroke: MUTED,
        }),
      ),
    ],
    r: { type: "identity" },
  }) as SVGSVGElement;
}

export function Calibration({ bins, of }: { bins: CalibrationBin[]; of: string }) {
  const table = useMemo(
    () => ({
      columns: ["low", "high", "rows", "confidence", "accuracy"],
      rows: bins.map((bin) => [bin.low, bin.high, bin.count, bin.confidence, bin.accuracy]),
    }),
    [bins],
  );
  const draw = useCallback((width: number) => drawCalibration(bins, width), [bins]);
  const filled = bins.filter((bin) => bin.count > 0);
  const summary = filled
    .map(
      (bin) =>
        `At probability ${formatPercent(bin.confidence, 0)}, ${formatPercent(bin.accuracy, 0)} of ${bin.count} are right.`,
    )
    .join(" ");
  return (
    <Figure
      title="Calibration"
      fileStem={of}
      summary={summary}
      table={table}
      draw={draw}
      note="How often the winning class is right, by the probability that the network gave it. On the dashed line the two agree; areas show the number of rows."
    />
  );
}
