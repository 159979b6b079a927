// What a run is: data, network, machine, time, and the hashes that say where its numbers come from.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import type { Run } from "../data/bundle";
import { lossText } from "../data/loss";
import { formatCount, formatSeconds } from "../data/number";

export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Hash({ value }: { value: string }) {
  return <code class="hash">{value || "–"}</code>;
}

export function RunFacts({ run }: { run: Run }) {
  const summary = run.summary;
  if (!summary) return <p>The run has no summary yet: it is written when the run ends.</p>;
  const { data, machine } = summary;
  const loss = lossText(run.config);
  const parts = (["train", "valid", "test"] as const)
    .map((part) => [part, data[`${part}_rows`]] as const)
    .filter(([, rows]) => rows > 0)
    .map(([part, rows]) => `${formatCount(rows)} ${part}`)
    .join(", ");
  return (
    <Facts
      rows={[
        ["Network", `${summary.network}, ${formatCount(summary.parameters)} parameters`],
        ...(loss ? [["Loss", loss] as [string, string]] : []),
        ["Data", `${data.name}: ${formatCount(data.rows)} rows (${parts})`],
        [
          "Training",
          `${formatCount(summary.epochs)} epochs in ${formatSeconds(summary.wall_seconds)}${summary.stopped_early ? ", stopped early" : ""}`,
        ],
        [
          "Machine",
          `${machine.cpu}, ${machine.target}, ${machine.threads} ${machine.threads === 1 ? "thread" : "threads"}`,
        ],
        ["Program", `Gradus ${summary.version}`],
        ["Weights SHA-256", <Hash value={summary.weights_sha256} />],
        ["Data SHA-256", <Hash value={data.sha256} />],
      ]}
    />
  );
}
