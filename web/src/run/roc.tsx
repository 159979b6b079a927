// ROC curves of a classifier, best first, each by the name of its class.
// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from "preact/hooks";
import type { RocCurve } from "../data/bundle";
import { toNumber } from "../data/number";
import type { LineChart } from "../figure/lines";
import { LinesFigure } from "../figure/lines_figure";
import { MUTED, SERIES, seriesColor } from "../figure/palette";
import { Toggle } from "../page/toggle";

// Where curves of good classifiers differ.
const CORNER: Partial<LineChart> = { xDomain: [0, 0.2], yDomain: [0.8, 1] };

function areaText(area: number): string {
  return Number.isFinite(area) ? area.toFixed(4) : "–";
}

/** The chart of the curves, the largest area first; records have the numbers of classes. */
export function rocChart(curves: RocCurve[], names: string[] | undefined): LineChart {
  const named = curves.map((curve, i) => ({
    ...curve,
    name: typeof curve.class === "number" ? (names?.[curve.class] ?? String(curve.class)) : curve.class,
    area: toNumber(curve.auc),
    color: seriesColor(i),
    dash: i >= SERIES ? "5 3" : undefined,
  }));
  named.sort((a, b) => (Number.isNaN(b.area) ? -1 : b.area) - (Number.isNaN(a.area) ? -1 : a.area));
  return {
    lines: [
      ...named.map(({ name, area, color, dash, ...curve }) => ({
        label: `${areaText(area)}  ${name}`,
        x: curve.false_positive,
        y: curve.true_positive,
        color,
        dash,
        width: 1.5,
      })),
      { label: "chance", x: [0, 1], y: [0, 1], color: MUTED, dash: "4 3", width: 1, labelled: false },
    ],
    xLabel: "false positives",
    yLabel: "true positives",
    percent: true,
    xPercent: true,
    yDomain: [0, 1],
    height: Math.max(380, 100 + 14 * named.length),
    nearest: true,
  };
}

export function Roc({ curves, names, of }: { curves: RocCurve[]; names: string[] | undefined; of: string }) {
  const [corner, setCorner] = useState(false);
  const chart = useMemo(() => ({ ...rocChart(curves, names), ...(corner ? CORNER : {}) }), [curves, names, corner]);
  return (
    <LinesFigure
      title="ROC"
      chart={chart}
      fileStem={of}
      controls={<Toggle label="upper left corner" of="ROC" on={corner} onChange={setCorner} />}
      note="Each class against all others, the largest area under the curve first. The curve or the name under the pointer stands out."
    />
  );
}
