// How near each claim came to its bound: one dot per claim, its share of what was allowed.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { Claim } from "../data/bundle";
import { allowed, type ClaimFamily, strain } from "../data/certificate";
import { formatNumber, toNumber } from "../data/number";
import { Figure } from "../figure/figure";
import { fitText } from "../figure/labels";
import { ACCENT, BAD, MUTED, PAPER, RULE } from "../figure/palette";
import { powerOfTen } from "../figure/ticks";

interface Strained {
  claim: Claim;
  family: string;
  /** Between LEAST and MOST, so that 0 and infinity have a place. */
  place: number;
}

const LEAST = 1e-4;
const MOST = 10;

function strained(families: ClaimFamily[]): Strained[] {
  return families.flatMap((family) =>
    family.claims.map((claim) => ({
      claim,
      family: family.claim,
      place: Math.min(MOST, Math.max(LEAST, strain(claim))),
    })),
  );
}

function drawStrain(points: Strained[], width: number): SVGSVGElement {
  const names = [...new Set(points.map((point) => point.family))];
  const left = Math.min(210, Math.round(width * 0.4));
  return Plot.plot({
    width,
    height: 60 + 20 * names.length,
    marginLeft: left,
    marginRight: 16,
    marginTop: 26,
    marginBottom: 34,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: {
      type: "log",
      domain: [LEAST, MOST],
      label: "share of the allowance used",
      labelAnchor: "center",
      labelArrow: "none",
      ticks: [1e-4, 1e-3, 1e-2, 0.1, 1],
      tickFormat: powerOfTen,
      tickSize: 4,
    },
    y: {
      type: "point",
      domain: names,
      label: null,
      tickSize: 0,
      tickFormat: (name: string) => fitText(name, left - 10),
    },
    marks: [
      Plot.gridY({ stroke: RULE, strokeOpacity: 1 }),
      Plot.ruleX([1], { stroke: BAD }),
      Plot.text(["the bound"], { x: 1, frameAnchor: "top", dy: -14, text: (name: string) => name, fill: BAD }),
      Plot.dot(points, {
        x: "place",
        y: "family",
        r: 3.2,
        fill: (point: Strained) => (point.claim.holds ? ACCENT : BAD),
        fillOpacity: 0.4,
        stroke: (point: Strained) => (point.claim.holds ? ACCENT : BAD),
        strokeWidth: 0.7,
      }),
      Plot.tip(
        points,
        Plot.pointer({
          x: "place",
          y: "family",
          title: ({ claim }: Strained) =>
            `${claim.claim}\n${claim.subject}\n${formatNumber(claim.value, 3)} ${claim.unit}, allowed ${allowed(claim)}`,
          fill: PAPER,
          stroke: MUTED,
        }),
      ),
    ],
    color: { type: "identity" },
  }) as SVGSVGElement;
}

export function StrainFigure({ families, of }: { families: ClaimFamily[]; of: string }) {
  const points = useMemo(() => strained(families), [families]);
  const table = useMemo(
    () => ({
      columns: ["claim", "subject", "method", "value", "lower", "bound", "unit", "holds"],
      rows: points.map(({ claim: c }) => [c.claim, c.subject, c.method, c.value, c.lower, c.bound, c.unit, c.holds]),
    }),
    [points],
  );
  const draw = useCallback((width: number) => drawStrain(points, width), [points]);
  const beyond = points.filter((point) => !point.claim.holds).length;
  const nearest = Math.max(0, ...points.map(({ claim }) => strain(claim)).filter(Number.isFinite));
  const summary = `${points.length} claims, ${beyond} beyond their bound; the nearest that holds used ${formatNumber(100 * toNumber(nearest), 3)} % of its allowance.`;
  return (
    <Figure
      title="How near each claim came to its bound"
      fileStem={of}
      summary={summary}
      table={table}
      draw={draw}
      wide
      note="Each dot is a claim: its value as a share of what is allowed, logarithmic. Claims right of the line fail."
    />
  );
}
