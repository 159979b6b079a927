// Loss, accuracy, learning rate and so on over epochs, of one run or of several laid over each other.
// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import type { Run } from "../data/bundle";
import { metricLines, metricsOf } from "../data/curves";
import { measureLabel } from "../data/measures";
import { capitalized, isShare } from "../data/number";
import type { LineChart } from "../figure/lines";
import { LinesFigure } from "../figure/lines_figure";

function MetricFigure({ runs, metric, colors }: { runs: Run[]; metric: string; colors: string[] }) {
  const chart = useMemo<LineChart>(
    () => ({
      lines: metricLines(runs, metric, colors),
      xLabel: "epoch",
      yLabel: measureLabel(metric),
      percent: isShare(metric),
    }),
    [runs, metric, colors],
  );
  const fileStem = runs.length === 1 ? runs[0]!.name : "runs";
  return <LinesFigure title={capitalized(measureLabel(metric))} chart={chart} logToggle fileStem={fileStem} />;
}

export function Curves({ runs, colors }: { runs: Run[]; colors: string[] }) {
  const metrics = useMemo(() => metricsOf(runs), [runs]);
  if (metrics.length === 0) return <p>No epoch has ended yet.</p>;
  return (
    <>
      {runs.length > 1 && (
        <p class="figure-note">
          One colour for each run: solid is the valid part, dashed the train part, dotted the test part.
        </p>
      )}
      {runs.some((run) => Object.values(run.summary?.evaluation ?? {}).some((part) => part?.weighted)) && (
        <p class="figure-note">Each row counts by its sample weight.</p>
      )}
      <div class="figures">
        {metrics.map((metric) => (
          <MetricFigure key={metric} runs={runs} metric={metric} colors={colors} />
        ))}
      </div>
    </>
  );
}
