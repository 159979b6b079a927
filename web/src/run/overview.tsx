// The beginning of a run's report: verdict, figures, facts, problems, layers, configuration.
// SPDX-License-Identifier: Apache-2.0
import type { Run } from "../data/bundle";
import { layersOf } from "../data/layers";
import { formatCount } from "../data/number";
import { Problems } from "../page/problems";
import { Configuration } from "./configuration";
import { RunFacts } from "./facts";
import { Layers } from "./layers";
import { headline, Scores } from "./scores";

const STATE_SENTENCE: Record<Run["state"], string> = {
  complete: "The run is complete",
  running: "The run is going on",
  stopped: "The run has stopped before its end; `gradus train --resume` continues it",
};

function certificateSentence(run: Run): string {
  if (!run.certificate) return "";
  const { claims, verdict } = run.certificate;
  const holding = claims.filter((claim) => claim.holds).length;
  return ` Its gradient certificate ${verdict}: ${formatCount(holding)} of ${formatCount(claims.length)} claims hold.`;
}

export function RunOverview({ run }: { run: Run }) {
  const figure = headline(run);
  const layers = layersOf(run);
  return (
    <>
      <p class="verdict">
        {STATE_SENTENCE[run.state]}
        {figure && (
          <>
            : <strong>{figure[1]}</strong> {figure[0]}
          </>
        )}
        .{certificateSentence(run)}
      </p>
      <Problems problems={run.problems} />
      <Scores run={run} />
      <RunFacts run={run} />
      {layers && (
        <>
          <h3>Layers</h3>
          <Layers layers={layers} of={run.name} />
        </>
      )}
      <h3>Configuration</h3>
      <Configuration config={run.config} of={run.name} />
    </>
  );
}
