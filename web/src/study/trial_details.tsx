// One trial: its setting, its trainings with their seeds and hashes, its rungs, its error.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import type { Study, Trial } from "../data/bundle";
import { formatCount, formatMetric, formatNumber, formatSeconds } from "../data/number";
import { Facts, Hash } from "../run/facts";

function settingText(value: unknown): string {
  return typeof value === "number" ? formatNumber(value, 6) : String(value);
}

export function TrialDetails({ study, trial }: { study: Study; trial: Trial }) {
  const metric = (value: Trial["value"]) => formatMetric(study.objective, value);
  const setting = Object.entries(trial.setting).filter(([, value]) => value !== null && value !== undefined);
  return (
    <div class="details-box" aria-live="polite">
      <h4>Trial {trial.number}</h4>
      <Facts
        rows={[
          ["State", trial.error ? `${trial.state}: ${trial.error}` : trial.state],
          [
            "Value",
            `${metric(trial.value)}${trial.runs.length > 1 ? ` ± ${metric(trial.spread)} over ${trial.runs.length} trainings` : ""}`,
          ],
          [
            "Training",
            `${trial.epochs} epochs, ${formatCount(trial.parameters)} weights and biases, ${formatSeconds(trial.seconds)}`,
          ],
          ...setting.map(([name, value]): [string, string] => [name, settingText(value)]),
          ...trial.rungs.map((rung): [string, string] => [`After ${rung.epochs} epochs`, metric(rung.value)]),
          ...trial.runs.map((run): [string, ComponentChildren] => [
            `Seed ${run.seed}`,
            <>
              {metric(run.value)} <Hash value={run.weights_sha256} />
            </>,
          ]),
        ]}
      />
    </div>
  );
}
