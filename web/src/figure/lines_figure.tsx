// A line chart as a figure; y may be switched to a logarithmic scale.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import { Toggle } from "../page/toggle";
import { Figure } from "./figure";
import { drawLines, type LineChart, linesSummary, linesTable } from "./lines";

interface LinesFigureProps {
  title: string;
  /** Kept between renderings (useMemo), or the figure is drawn again each time. */
  chart: LineChart;
  logToggle?: boolean;
  /** Beside the toggle of the scale. */
  controls?: ComponentChildren;
  note?: ComponentChildren;
  fileStem?: string;
  wide?: boolean;
}

export function LinesFigure({ title, chart, logToggle, controls, note, fileStem, wide }: LinesFigureProps) {
  const [log, setLog] = useState(chart.yLog ?? false);
  const shown = useMemo<LineChart>(
    () => (logToggle ? { ...chart, yLog: log, yDomain: log ? undefined : chart.yDomain } : chart),
    [chart, log, logToggle],
  );
  const table = useMemo(() => linesTable(shown.lines, shown.xLabel, shown.yLabel), [shown]);
  const draw = useCallback((width: number) => drawLines(shown, width), [shown]);
  return (
    <Figure
      title={title}
      fileStem={fileStem}
      summary={linesSummary(shown)}
      table={table}
      draw={draw}
      note={note}
      wide={wide}
      controls={
        <>
          {controls}
          {logToggle && <Toggle label="log scale" of={title} on={log} onChange={setLog} />}
        </>
      }
    />
  );
}
