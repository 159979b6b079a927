// The measures of a network's outputs: their names in records and for people, and which way is better.
// SPDX-License-Identifier: Apache-2.0
import type { EpochMetrics, Evaluation, MaybeNumber, Part, Run } from "./bundle";
import { formatMetric, spoken } from "./number";

export interface Measure {
  /** As in an evaluation; metrics.jsonl has some of them for each part: valid_loss. */
  key: string;
  label: string;
  largerIsBetter: boolean;
}

/** In reading order. */
export const MEASURES: readonly Measure[] = [
  { key: "loss", label: "loss", largerIsBetter: false },
  { key: "accuracy", label: "accuracy", largerIsBetter: true },
  { key: "top_k", label: "top k", largerIsBetter: true },
  { key: "macro_f1", label: "F1", largerIsBetter: true },
  { key: "macro_roc_auc", label: "ROC AUC", largerIsBetter: true },
  { key: "r2", label: "R²", largerIsBetter: true },
  { key: "rmse", label: "RMSE", largerIsBetter: false },
  { key: "mae", label: "MAE", largerIsBetter: false },
  { key: "pinball_loss", label: "pinball loss", largerIsBetter: false },
  { key: "poisson_deviance", label: "Poisson deviance", largerIsBetter: false },
];

// What a reader looks for first, where there is more than a loss.
const TELLING = ["accuracy", "pinball_loss", "poisson_deviance", "loss"];

export function measureLabel(key: string): string {
  return MEASURES.find((measure) => measure.key === key)?.label ?? spoken(key);
}

/** A measure of an evaluation; undefined where it has none. */
export function evaluated(evaluation: Evaluation | null | undefined, key: string): MaybeNumber {
  return evaluation?.[key as keyof Evaluation] as MaybeNumber;
}

/** All measures of an evaluation in a sentence. */
export function measuresText(evaluation: Evaluation): string {
  return MEASURES.filter(({ key }) => evaluated(evaluation, key) !== undefined)
    .map(({ key, label }) => `${label} ${formatMetric(key, evaluated(evaluation, key))}`)
    .join(", ");
}

/** Of the final weights, or of the newest epoch while there are none. */
export function finalLine(run: Run): EpochMetrics | undefined {
  return run.summary?.final ?? run.metrics.at(-1);
}

/** A measure of a part as finalLine() or the evaluation of the same weights has it. */
export function finalValue(run: Run, part: Part, key: string): MaybeNumber {
  const value = finalLine(run)?.[`${part}_${key}`];
  return value !== undefined ? value : evaluated(run.summary?.evaluation?.[part], key);
}

/** The most telling of the measures that `value` knows, with its value. */
export function tellingMeasure(value: (key: string) => MaybeNumber): [key: string, value: MaybeNumber] | null {
  const key = TELLING.find((candidate) => value(candidate) !== undefined);
  return key === undefined ? null : [key, value(key)];
}
