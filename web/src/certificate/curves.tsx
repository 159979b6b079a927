// The curves behind the claims: differences against the step, Taylor and Jacobian remainders.
// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import type { DifferenceCurve, TaylorCurve } from "../data/bundle";
import { formatNumber, toNumber } from "../data/number";
import type { LineChart } from "../figure/lines";
import { LinesFigure } from "../figure/lines_figure";
import { seriesColor } from "../figure/palette";

export function Differences({ curves, of }: { curves: DifferenceCurve[]; of: string }) {
  const chart = useMemo<LineChart>(
    () => ({
      lines: curves.map((curve, i) => ({
        label: curve.group,
        x: curve.steps.map(toNumber),
        y: curve.largest_error.map(toNumber),
        color: seriesColor(i),
        dots: true,
        width: 1.25,
      })),
      xLabel: "step h",
      yLabel: "largest difference from the gradient",
      xLog: true,
      yLog: true,
      height: 360,
    }),
    [curves],
  );
  return (
    <LinesFigure
      title="Finite differences against the step"
      chart={chart}
      fileStem={of}
      wide
      note="Truncation falls with the step, rounding grows as the step shrinks: a V, lowest where the two are equal. Steps across a kink of a ReLU are far off, as they must be; the claims leave them out."
    />
  );
}

function RemainderFigure({ curve, of }: { curve: TaylorCurve; of: string }) {
  const chart = useMemo<LineChart>(() => {
    const x = curve.steps.map(toNumber);
    const line = (label: string, values: TaylorCurve["first"], i: number) => ({
      label,
      x,
      y: values.map(toNumber),
      color: seriesColor(i),
      width: 1.5,
    });
    const slope = (i: number) => {
      const value = toNumber(curve.slopes[i]);
      return Number.isFinite(value) ? `  ${value.toFixed(2)}` : "";
    };
    return {
      lines: [
        line(`R1${slope(0)}`, curve.first, 0),
        line(`R2${slope(1)}`, curve.second, 1),
        line(`R3${slope(2)}`, curve.third, 2),
      ],
      xLabel: "step t",
      yLabel: "remainder",
      xLog: true,
      yLog: true,
      height: 230,
    };
  }, [curve]);
  const kinks = curve.smooth_piece
    ? `, measured on the smooth piece (${formatNumber(curve.switching_units)} kinks)`
    : "";
  return (
    <LinesFigure
      title={curve.subject}
      chart={chart}
      fileStem={`${of} remainders`}
      note={kinks && `Slopes 1, 2, 3${kinks}.`}
    />
  );
}

/** Taylor remainders of the loss, then those of single layers (their subject names the layer first). */
export function Remainders({ curves, of }: { curves: TaylorCurve[]; of: string }) {
  const jacobian = (curve: TaylorCurve) => curve.subject.includes(":");
  const groups = [
    { title: "Taylor remainders of the loss", curves: curves.filter((curve) => !jacobian(curve)) },
    { title: "Jacobian remainders of the layers", curves: curves.filter(jacobian) },
  ];
  return (
    <>
      {groups
        .filter((group) => group.curves.length > 0)
        .map((group) => (
          <div key={group.title}>
            <h4>{group.title}</h4>
            <p class="figure-note">
              R1 = |f(x + t d) − f(x)| shrinks like t; R2 takes t g·d away and shrinks like t²; R3 takes t² d′Hd / 2
              away and shrinks like t³. A wrong gradient g bends R2 back to slope 1. Numbers are the fitted slopes.
            </p>
            <div class="figures small">
              {group.curves.map((curve) => (
                <RemainderFigure key={curve.subject} curve={curve} of={of} />
              ))}
            </div>
          </div>
        ))}
    </>
  );
}
