// How a study went: each trial's value and the best so far, and the curves of trials.
// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import type { Study, Trial } from "../data/bundle";
import { capitalized, isShare, spoken, toNumber } from "../data/number";
import { bestSoFar, worstFirst } from "../data/study";
import type { LineChart } from "../figure/lines";
import { LinesFigure } from "../figure/lines_figure";
import { ACCENT, MUTED, seriesColor } from "../figure/palette";

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
