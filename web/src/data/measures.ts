// The measures of a network's outputs: their names in records and for people, and which way is better.
// SPDX-License-Identifier: Apache-2.0
import type { EpochMetrics, Evaluation, MaybeNumber, Part, Run } from "./bundle";
import { formatMetric, spoken, toNumber } from "./number";

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
  { key: "balanced_accuracy", label: "balanced accuracy", largerIsBetter: true },
  { key: "macro_f1", label: "macro F1", largerIsBetter: true },
  { key: "macro_roc_auc", label: "ROC AUC", largerIsBetter: true },
  { key: "r2", label: "R²", largerIsBetter: true },
  { key: "rmse", label: "RMSE", largerIsBetter: false },
  { key: "mae", label: "MAE", largerIsBetter: false },
  { key: "pinball_loss", label: "pinball loss", largerIsBetter: false },
  { key: "poisson_deviance", label: "Poisson deviance", largerIsBetter: false },
];

// What a reader looks for first, where there is more than a loss.
const TELLING = ["accuracy", "pinball_loss", "poisson_deviance", "r2", "loss"];

// From here on balanced accuracy stands beside accuracy.
const UNEQUAL = 3;

export function measureLabel(key: string): string {
  return MEASURES.find((measure) => measure.key === key)?.label ?? spoken(key);
}

/** A measure of an evaluation; undefined where it has none. */
export function evaluated(evaluation: Evaluation | null | undefined, key: string): MaybeNumber {
  return evaluation?.[key as keyof Evaluation] as MaybeNumber;
}

/** Whether rows have sets of labels: then an answer is right where the whole set is. */
export function hasLabelSets(evaluation: Evaluation | null | undefined): boolean {
  if (!evaluation?.classes) return false;
  return evaluation.confusion === undefined && evaluation.balanced_accuracy === undefined;
}

/** The name of a measure where it stands for this evaluation. */
export function labelIn(evaluation: Evaluation | null | undefined, key: string): string {
  return key === "accuracy" && hasLabelSets(evaluation) ? "subset accuracy" : measureLabel(key);
}

/** All measures of an evaluation in a sentence. */
export function measuresText(evaluation: Evaluation): string {
  return MEASURES.filter(({ key }) => evaluated(evaluation, key) !== undefined)
    .map(({ key }) => `${labelIn(evaluation, key)} ${formatMetric(key, evaluated(evaluation, key))}`)
    .join(", ");
}

/** The class with the most rows, and whether it has so many more than the smallest that accuracy alone misleads. */
export function largestClass(evaluation: Evaluation): { name: string; share: number; unequal: boolean } | null {
  const classes = (evaluation.classes ?? []).filter((row) => row.support > 0);
  if (classes.length < 2) return null;
  const rows = classes.reduce((sum, row) => sum + row.support, 0);
  const largest = classes.reduce((most, row) => (row.support > most.support ? row : most));
  const smallest = Math.min(...classes.map((row) => row.support));
  return { name: String(largest.class), share: largest.support / rows, unequal: largest.support >= UNEQUAL * smallest };
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

export interface Quoted {
  key: string;
  label: string;
  value: MaybeNumber;
  /** With sample weights, where the data has them. */
  weighted?: MaybeNumber;
}

// What a person would quote for the task.
function quotedKeys(value: (key: string) => MaybeNumber, evaluation: Evaluation | undefined): string[] {
  const telling = tellingMeasure(value)?.[0];
  if (telling === "r2") return ["r2", "mae"];
  if (telling !== "accuracy") return telling ? [telling] : [];
  if (hasLabelSets(evaluation)) return ["accuracy", "macro_f1"];
  const unequal = evaluation !== undefined && largestClass(evaluation)?.unequal === true;
  return unequal ? ["accuracy", "balanced_accuracy"] : ["accuracy"];
}

/** The measures to quote of a run, of the test part where there is one, else of the validation part. */
export function quoted(run: Run): { part: Part; measures: Quoted[] } | null {
  for (const part of ["test", "valid", "train"] as const) {
    const evaluation = run.summary?.evaluation?.[part];
    const value = (key: string) => finalValue(run, part, key);
    const measures = quotedKeys(value, evaluation)
      .filter((key) => value(key) !== undefined)
      .map((key) => {
        const weighted = evaluated(evaluation?.weighted, key);
        const told = { key, label: labelIn(evaluation, key), value: value(key) };
        return weighted === undefined || toNumber(weighted) === toNumber(told.value) ? told : { ...told, weighted };
      });
    if (measures.length > 0) return { part, measures };
  }
  return null;
}
