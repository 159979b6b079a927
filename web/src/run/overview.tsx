// The beginning of a run's report: verdict and problems.
// SPDX-License-Identifier: Apache-2.0
import { certificateVerdict } from "../certificate/verdict";
import type { Run } from "../data/bundle";
import { Problems } from "../page/problems";
import { Headline } from "./headline";

const STATE_SENTENCE: Record<Run["state"], string> = {
  complete: "The run is complete",
  running: "The run is going on",
  stopped: "The run has stopped before its end; `gradus train --resume` continues it",
};

export function RunOverview({ run }: { run: Run }) {
  return (
    <>
      <p class="verdict">
        {STATE_SENTENCE[run.state]}
        <Headline run={run} />.{run.certificate && ` Its gradient certificate ${certificateVerdict(run.certificate)}`}
      </p>
      <Problems problems={run.problems} />
    </>
  );
}
