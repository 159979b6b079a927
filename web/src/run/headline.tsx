// What a person would quote of a run: the measures of its task, of the test part if there is one, said which.
// SPDX-License-Identifier: Apache-2.0
import { Fragment } from "preact";
import type { Run } from "../data/bundle";
import { largestClass, type Quoted, quoted } from "../data/measures";
import { formatMetric, formatPercent, partName } from "../data/number";

/** The names of a regression's targets, where the records have them. */
export function targetNames(run: Run): string[] {
  const outputs = (run.analysis?.residuals ?? []).map((residuals) => residuals.output);
  const named = outputs.filter((output): output is string => typeof output === "string");
  return named.length === outputs.length ? named : [];
}

function unitText(run: Run, { key }: Quoted): string {
  const names = targetNames(run);
  if (key !== "mae" || names.length === 0) return "";
  return names.length === 1 ? ` of ${names[0]}` : ` over ${names.length} targets`;
}

/** The quoted figures as a short text: 92.80 % accuracy (valid). */
export function headlineText(run: Run): string | null {
  const found = quoted(run);
  if (!found) return null;
  const figures = found.measures.map(({ key, label, value }) => `${formatMetric(key, value)} ${label}`);
  return `${figures.join(", ")} (${found.part})`;
}

/** The quoted figures with the part that they are of, as the end of a sentence; nothing before the first epoch. */
export function Headline({ run }: { run: Run }) {
  const found = quoted(run);
  if (!found) return null;
  const evaluation = run.summary?.evaluation?.[found.part];
  const largest = evaluation ? largestClass(evaluation) : null;
  const tellsClasses = largest?.unequal && found.measures.some(({ key }) => key === "balanced_accuracy");
  return (
    <>
      :{" "}
      {found.measures.map((measure, i) => (
        <Fragment key={measure.key}>
          {i > 0 && " and "}
          <strong>{formatMetric(measure.key, measure.value)}</strong> {measure.label}
          {unitText(run, measure)}
          {measure.weighted !== undefined && ` (${formatMetric(measure.key, measure.weighted)} weighted)`}
        </Fragment>
      ))}
      {" on the "}
      {partName(found.part)} part
      {tellsClasses && `, where ${formatPercent(largest.share, 1)} of the rows are “${largest.name}”`}
    </>
  );
}
