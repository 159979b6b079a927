// Curves of runs: which metrics there are, and their lines over epochs.
// SPDX-License-Identifier: Apache-2.0

import type { Line } from "../figure/lines";
import { seriesColor } from "../figure/palette";
import { type EpochMetrics, PARTS, type Part, type Run } from "./bundle";
import { MEASURES, measureLabel } from "./measures";
import { toNumber } from "./number";

/** The metrics that some run has, in reading order: the measures of parts, penalty, learning_rate. */
export function metricsOf(runs: Run[]): string[] {
  const has = (key: string) => runs.some((run) => run.metrics.some((line) => line[key] !== undefined));
  const byPart = MEASURES.map(({ key }) => key).filter((metric) => PARTS.some((part) => has(`${part}_${metric}`)));
  return [...byPart, ...["penalty", "learning_rate"].filter(has)];
}

export function column(metrics: EpochMetrics[], key: string): number[] {
  return metrics.map((line) => toNumber(line[key]));
}

const PART_DASH: Record<Part, string | undefined> = { train: "5 3", valid: undefined, test: "1.5 2.5" };

/** One run: a colour per part. Several: a colour per run, parts told apart by their dashes. */
export function metricLines(runs: Run[], metric: string, colors: string[]): Line[] {
  const single = runs.length === 1;
  return runs.flatMap((run, i) => {
    const x = column(run.metrics, "epoch");
    const color = colors[i] ?? seriesColor(i);
    const whole: Line = {
      label: single ? measureLabel(metric) : run.name,
      x,
      y: column(run.metrics, metric),
      color,
      labelled: !single,
    };
    if (whole.y.some(Number.isFinite)) return [whole];
    const parts = PARTS.filter((part) => run.metrics.some((line) => line[`${part}_${metric}`] !== undefined));
    return parts.map((part) => ({
      label: single ? part : `${run.name}${part === "valid" ? "" : `, ${part}`}`,
      x,
      y: column(run.metrics, `${part}_${metric}`),
      color: single ? seriesColor(PARTS.indexOf(part)) : color,
      dash: single && part === "valid" ? undefined : PART_DASH[part],
      width: part === "valid" ? 2 : 1.5,
      labelled: single || part === (parts.includes("valid") ? "valid" : parts[0]),
    }));
  });
}
