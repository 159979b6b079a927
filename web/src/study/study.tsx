// A search: its best trial, how it went, what matters, and every trial.
// SPDX-License-Identifier: Apache-2.0
import { useCallback, useMemo, useState } from "preact/hooks";
import type { Study } from "../data/bundle";
import { evaluated, labelIn, measuresText, tellingMeasure } from "../data/measures";
import { formatCount, formatMetric, spoken } from "../data/number";
import { filterTrials, trialColumns } from "../data/study";
import { Facts } from "../run/facts";
import { Importance } from "./importance";
import { ParallelCoordinates } from "./parallel";
import { BestSoFar, TrialCurves } from "./progress";
import { ParameterScatter } from "./scatter";
import { TrialDetails } from "./trial_details";
import { TrialsTable } from "./trials_table";

function stateCounts(study: Study): string {
  const counts = new Map<string, number>();
  for (const trial of study.trials) counts.set(trial.state, (counts.get(trial.state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${formatCount(count)} ${state}`).join(", ");
}

function Verdict({ study }: { study: Study }) {
  if (!study.best) return <p class="verdict">No trial is complete yet.</p>;
  const test = study.test && tellingMeasure((key) => evaluated(study.test, key));
  return (
    <p class="verdict">
      The best of {formatCount(study.trials.length)} trials is number {study.best.number}:{" "}
      <strong>{formatMetric(study.objective, study.best.value)}</strong> {spoken(study.objective)}
      {test && (
        <>
          , and on the test part, measured once,{" "}
          <strong>
            {formatMetric(...test)} {labelIn(study.test, test[0])}
          </strong>
        </>
      )}
      .
    </p>
  );
}

export function StudyView({ study, name }: { study: Study; name: string }) {
  const columns = useMemo(() => trialColumns(study), [study]);
  const [filters, setFilters] = useState<Record<string, string>>({});
  const [chosen, setChosen] = useState<number | null>(study.best?.number ?? null);
  const trials = useMemo(() => filterTrials(study.trials, columns, filters), [study, columns, filters]);
  const onFilter = useCallback((key: string, text: string) => setFilters((old) => ({ ...old, [key]: text })), []);
  const trial = study.trials.find((candidate) => candidate.number === chosen);
  return (
    <>
      <Verdict study={study} />
      <Facts
        rows={[
          ["Objective", `${spoken(study.objective)}, ${study.larger_is_better ? "larger" : "smaller"} is better`],
          ["Search", `sampler ${study.sampler}, scheduler ${study.scheduler}, seed ${study.seed}`],
          ["Trials", stateCounts(study)],
          ...(study.test ? [["Test part", measuresText(study.test)] as [string, string]] : []),
          ["Program", `Gradus ${study.version}`],
        ]}
      />
      <h3>How it went</h3>
      <div class="figures">
        <BestSoFar study={study} of={name} />
        <Importance study={study} of={name} />
        <TrialCurves study={study} of={name} />
      </div>
      <h3>By parameter</h3>
      <div class="figures">
        <ParallelCoordinates study={study} trials={trials} of={name} />
      </div>
      <div class="figures small spaced">
        {study.parameters.map((parameter) => (
          <ParameterScatter key={parameter.name} study={study} parameter={parameter} trials={trials} of={name} />
        ))}
      </div>
      <h3>Trials</h3>
      <TrialsTable {...{ study, columns, trials, filters, onFilter, chosen }} onChoose={setChosen} of={name} />
      {trial && <TrialDetails study={study} trial={trial} />}
    </>
  );
}
