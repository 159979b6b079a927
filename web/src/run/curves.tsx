// Loss, accuracy, learning rate and so on over epochs, of one run or of several laid over each other.
// SPDX-License-Identifier: Apache-2.0
import { useCallback, useMemo, useState } from "preact/hooks";
import type { Run } from "../data/bundle";
import { metricLines, metricsOf } from "../data/curves";
import { isShare, spoken } from "../data/number";
import { Figure } from "../figure/figure";
import { drawLines, type LineChart, linesSummary, linesTable } from "../figure/lines";
import { Toggle } from "../page/toggle";

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function MetricFigure({ runs, metric, colors }: { runs: Run[]; metric: string; colors: string[] }) {
  const [log, setLog] = useState(false);
  const chart = useMemo<LineChart>(
    () => ({
      lines: metricLines(runs, metric, colors),
      xLabel: "epoch",
      yLabel: spoken(metric),
      yLog: log,
      percent: isShare(metric),
    }),
    [runs, metric, colors, log],
  );
  const table = useMemo(() => linesTable(chart.lines, "epoch", metric), [chart, metric]);
  const draw = useCallback((width: number) => drawLines(chart, width), [chart]);
  return (
    <Figure
      title={capitalized(spoken(metric))}
      fileStem={runs.length === 1 ? runs[0]!.name : "runs"}
      summary={linesSummary(chart)}
      table={table}
      draw={draw}
      controls={<Toggle label="log scale" of={spoken(metric)} on={log} onChange={setLog} />}
    />
  );
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
      <div class="figures">
        {metrics.map((metric) => (
          <MetricFigure key={metric} runs={runs} metric={metric} colors={colors} />
        ))}
      </div>
    </>
  );
}
