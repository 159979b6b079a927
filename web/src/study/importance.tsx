// The importance of a search's parameters: shares with error bars, and what they leave to interactions and chance.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { Study } from "../data/bundle";
import { formatPercent, spoken, toNumber } from "../data/number";
import { Figure } from "../figure/figure";
import { fitTexts, widest } from "../figure/labels";
import { ACCENT, INK, MUTED } from "../figure/palette";

export interface Share {
  name: string;
  share: number;
  /** Standard deviation over resamplings of the trials; NaN where the record has none. */
  error: number;
  rest: boolean;
}

const REST = "interactions and chance";

/** The recorded shares, and the rest of all variance. */
export function importanceShares(study: Study): Share[] {
  const shares = study.importance.map(({ parameter, share, error }) => {
    return { name: parameter, share: Math.max(0, toNumber(share) || 0), error: toNumber(error), rest: false };
  });
  if (shares.length === 0) return [];
  const rest = Math.max(0, 1 - shares.reduce((sum, { share }) => sum + share, 0));
  return [...shares, { name: REST, share: rest, error: Number.NaN, rest: true }];
}

const high = ({ share, error }: Share) => Math.min(1, share + (error || 0));

function shareText({ share, error }: Share): string {
  return Number.isFinite(error) ? `${formatPercent(share, 1)} ± ${formatPercent(error, 1)}` : formatPercent(share, 1);
}

function drawImportance(shares: Share[], width: number): SVGSVGElement {
  const left = Math.min(widest(shares.map(({ name }) => name)) + 12, Math.round(width * 0.46));
  const names = fitTexts(
    shares.map(({ name }) => name),
    left - 10,
  );
  const barred = shares.filter(({ error }) => error > 0);
  const order = shares.map((_, i) => i);
  const at = (share: Share) => shares.indexOf(share);
  return Plot.plot({
    width,
    height: 30 + 26 * shares.length,
    marginLeft: left,
    marginRight: widest(shares.map(shareText)) + 12,
    marginTop: 6,
    marginBottom: 24,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: { axis: null, domain: [0, Math.max(0.01, ...shares.map(high))] },
    y: { domain: order, label: null, tickSize: 0, padding: 0.35, tickFormat: (i: number) => names[i]! },
    color: { type: "identity" },
    marks: [
      Plot.barX(shares, {
        x: "share",
        y: at,
        fill: (share: Share) => (share.rest ? MUTED : ACCENT),
        fillOpacity: 0.75,
      }),
      Plot.ruleY(barred, {
        x1: (share: Share) => Math.max(0, share.share - share.error),
        x2: high,
        y: at,
        stroke: INK,
        strokeWidth: 1.5,
      }),
      Plot.text(shares, { x: high, y: at, text: shareText, textAnchor: "start", dx: 6, fill: INK }),
      Plot.ruleX([0], { stroke: MUTED }),
    ],
  }) as SVGSVGElement;
}

export function Importance({ study, of }: { study: Study; of: string }) {
  const shares = useMemo(() => importanceShares(study), [study]);
  const table = useMemo(
    () => ({
      columns: ["parameter", "share", "error"],
      rows: shares.map(({ name, share, error }) => [name, share, Number.isFinite(error) ? error : null]),
    }),
    [shares],
  );
  const draw = useCallback((width: number) => drawImportance(shares, width), [shares]);
  if (study.parameters.length === 0) return null;
  if (shares.length === 0) {
    const complete = study.trials.filter((trial) => trial.state === "complete").length;
    return (
      <div>
        <p class="figure-title">Importance of parameters</p>
        <p>
          Nothing can be said yet: it needs more complete trials than the {complete} that there are (
          <code>gradus search --resume … --trials N</code> adds some).
        </p>
      </div>
    );
  }
  const bars = shares.some(({ error }) => error > 0)
    ? " Lines: one standard deviation over resamplings of the trials."
    : "";
  return (
    <Figure
      title="Importance of parameters"
      fileStem={of}
      summary={shares.map((share) => `${share.name}: ${shareText(share)}.`).join(" ")}
      table={table}
      draw={draw}
      note={`Share of the variance of ${spoken(study.objective)} that a parameter explains by itself, over complete trials; the rest is what parameters do together, and chance.${bars}`}
    />
  );
}
