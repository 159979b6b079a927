// How a study went: each trial's value and the best so far, the curves of trials, the importance of parameters.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { Study, Trial } from "../data/bundle";
import { capitalized, formatPercent, isShare, spoken, toNumber } from "../data/number";
import { bestSoFar, worstFirst } from "../data/study";
import { Figure } from "../figure/figure";
import { fitText } from "../figure/labels";
import type { LineChart } from "../figure/lines";
import { LinesFigure } from "../figure/lines_figure";
import { ACCENT, INK, MUTED, seriesColor } from "../figure/palette";

export function BestSoFar({ study, of }: { study: Study; of: string }) {
  const chart = useMemo<LineChart>(() => {
    const points = (state: Trial["state"], label: string, color: string) => {
      const trials = study.trials.filter((trial) => trial.state === state && Number.isFinite(toNumber(trial.value)));
      return {
        label,
        x: trials.map((trial) => trial.number),
        y: trials.map((trial) => toNumber(trial.value)),
        color,
        dots: true,
        width: 0,
        labelled: false,
      };
    };
    const lines = [
      points("complete", "complete", ACCENT),
      points("pruned", "pruned", MUTED),
      { label: "best so far", ...bestSoFar(study), color: seriesColor(1), width: 2, curve: "step-after" as const },
    ];
    return {
      lines: lines.filter((line) => line.x.length > 0),
      xLabel: "trial",
      yLabel: spoken(study.objective),
      percent: isShare(study.objective),
    };
  }, [study]);
  return (
    <LinesFigure
      title="Best so far"
      chart={chart}
      logToggle
      fileStem={of}
      note="Dots: trials, blue the complete ones, grey those that were stopped early."
    />
  );
}

const MOST_CURVES = 150;

export function TrialCurves({ study, of }: { study: Study; of: string }) {
  const chart = useMemo<LineChart | null>(() => {
    const trials = worstFirst(study, study.trials).filter((trial) => (trial.curves?.[0]?.length ?? 0) > 0);
    if (trials.length === 0) return null;
    // Worst first, so these are the best ones.
    const drawn = trials.slice(-MOST_CURVES);
    return {
      lines: drawn.map((trial) => {
        const best = trial.number === study.best?.number;
        const y = trial.curves![0]!.map(toNumber);
        return {
          label: `trial ${trial.number}`,
          x: y.map((_, i) => i + 1),
          y,
          color: best ? seriesColor(1) : MUTED,
          opacity: best ? 1 : 0.35,
          width: best ? 2.25 : 1,
          labelled: best,
        };
      }),
      xLabel: "epoch",
      yLabel: spoken(study.objective),
      percent: isShare(study.objective),
    };
  }, [study]);
  if (!chart) return null;
  return (
    <LinesFigure
      title={`${capitalized(spoken(study.objective))} of trials`}
      chart={chart}
      logToggle
      fileStem={of}
      note={
        chart.lines.length === MOST_CURVES
          ? `The ${MOST_CURVES} best trials; the best one in orange.`
          : "The best trial in orange."
      }
    />
  );
}

type Share = Study["importance"][number];

function drawImportance(importance: Share[], width: number): SVGSVGElement {
  const left = Math.min(190, Math.round(width * 0.45));
  const bars = importance.map((entry) => ({ ...entry, share: Math.max(0, toNumber(entry.share) || 0) }));
  return Plot.plot({
    width,
    height: 30 + 24 * bars.length,
    marginLeft: left,
    marginRight: 52,
    marginTop: 6,
    marginBottom: 24,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: { axis: null, domain: [0, Math.max(0.01, ...bars.map((bar) => bar.share))] },
    y: {
      domain: bars.map((bar) => bar.parameter),
      label: null,
      tickSize: 0,
      padding: 0.35,
      tickFormat: (name: string) => fitText(name, left - 8),
    },
    marks: [
      Plot.barX(bars, { x: "share", y: "parameter", fill: ACCENT }),
      Plot.text(bars, {
        x: "share",
        y: "parameter",
        text: (bar: Share) => formatPercent(bar.share, 1),
        textAnchor: "start",
        dx: 5,
        fill: INK,
      }),
      Plot.ruleX([0], { stroke: MUTED }),
    ],
  }) as SVGSVGElement;
}

export function Importance({ study, of }: { study: Study; of: string }) {
  const { importance } = study;
  const table = useMemo(
    () => ({
      columns: ["parameter", "share", "groups"],
      rows: importance.map((entry) => [entry.parameter, entry.share, entry.groups]),
    }),
    [importance],
  );
  const draw = useCallback((width: number) => drawImportance(importance, width), [importance]);
  if (importance.length === 0) return null;
  const summary = importance.map((entry) => `${entry.parameter}: ${formatPercent(entry.share, 1)}.`).join(" ");
  return (
    <Figure
      title="Importance of parameters"
      fileStem={of}
      summary={summary}
      table={table}
      draw={draw}
      note={`Share of the variance of ${spoken(study.objective)} that a parameter explains by itself, over complete trials.`}
    />
  );
}
