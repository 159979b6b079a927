// Parallel coordinates: a line for each trial through its setting to its value.
// SPDX-License-Identifier: Apache-2.0
import { useCallback, useMemo } from "preact/hooks";
import type { Study, Trial } from "../data/bundle";
import { formatMetric, formatNumber, toNumber } from "../data/number";
import { type Axis, parameterAxis, rangeAxis, trialColumns, trialsTable, valueExtent, worstFirst } from "../data/study";
import { Figure } from "../figure/figure";
import { fitText, textWidth } from "../figure/labels";
import { ACCENT, INK, MUTED, PAPER, seriesColor } from "../figure/palette";
import { svgElement, svgRoot } from "../figure/svg";

interface PlacedAxis extends Axis {
  x: number;
}

const TOP = 34;
const HEIGHT = 260;
const ABSENT_GAP = 24;
const LEAST_AXIS_WIDTH = 74;
const BEST_SHARE = 0.1;

export function studyAxes(study: Study, trials: Trial[]): Axis[] {
  const [low, high] = valueExtent(trials);
  return [
    ...study.parameters.map((parameter) => parameterAxis(parameter, (value) => formatNumber(value, 3))),
    rangeAxis(study.objective, low, high, false, (value) => formatMetric(study.objective, value)),
  ];
}

const yOf = (place: number | null) => TOP + (place === null ? HEIGHT + ABSENT_GAP : HEIGHT * (1 - place));

function pathOf(study: Study, trial: Trial, axes: PlacedAxis[]): string {
  return axes
    .map((axis, i) => {
      const parameter = study.parameters[i];
      const place = axis.place(parameter ? trial.setting[parameter.name] : trial.value);
      return `${i === 0 ? "M" : "L"}${axis.x.toFixed(1)},${yOf(place).toFixed(1)}`;
    })
    .join("");
}

/** Without its table where there is no room for both; what tells parameters of one table apart stands at their end. */
export function axisTitle(title: string, room: number): string {
  if (textWidth(title) <= room) return title;
  const name = title.slice(title.indexOf(".") + 1);
  let shown = name;
  while (shown.length > 2 && textWidth(`…${shown}`) > room) shown = shown.slice(1);
  return textWidth(name) <= room ? name : `…${shown}`;
}

function axisElements(axis: PlacedAxis, room: number): SVGElement[] {
  const ticks = axis.ticks.map((tick) =>
    svgElement(
      "text",
      {
        x: axis.x + 5,
        y: yOf(tick.place) + (tick.place > 0.9 ? 10 : tick.place < 0.1 ? -3 : 4),
        "font-size": 11,
        fill: INK,
        stroke: PAPER,
        "stroke-width": 3,
        "paint-order": "stroke",
      },
      fitText(tick.text, room - 8),
    ),
  );
  const title = axisTitle(axis.title, room - 4);
  return [
    svgElement("line", { x1: axis.x, x2: axis.x, y1: TOP, y2: TOP + HEIGHT, stroke: MUTED }),
    ...ticks,
    svgElement("text", { x: axis.x, y: TOP - 14, fill: MUTED }, title),
  ];
}

function drawParallel(study: Study, trials: Trial[], width: number): SVGSVGElement {
  const axes = studyAxes(study, trials);
  const shownWidth = Math.max(width, LEAST_AXIS_WIDTH * axes.length);
  const room = (shownWidth - 4) / axes.length;
  const placed = axes.map((axis, i) => ({ ...axis, x: 4 + i * room }));
  const ordered = worstFirst(study, trials);
  const firstGood = ordered.length * (1 - BEST_SHARE);
  const lines = ordered.map((trial, i) => {
    const best = trial.number === study.best?.number;
    const good = i >= firstGood;
    return svgElement(
      "path",
      {
        d: pathOf(study, trial, placed),
        fill: "none",
        stroke: best ? seriesColor(1) : good ? ACCENT : MUTED,
        "stroke-width": best ? 2.5 : good ? 1.4 : 1,
        "stroke-opacity": best ? 1 : good ? 0.75 : Math.max(0.08, Math.min(0.35, 30 / ordered.length)),
        "stroke-linejoin": "round",
        "data-trial": trial.number,
      },
      svgElement("title", {}, `trial ${trial.number}: ${formatMetric(study.objective, trial.value)}`),
    );
  });
  const absent = ordered.some((trial) => study.parameters.some((p) => (trial.setting[p.name] ?? null) === null));
  const label = svgElement(
    "text",
    { x: 0, y: yOf(null) + 18, fill: MUTED, "font-size": 11 },
    "below: the trial has no such parameter",
  );
  return svgRoot(
    shownWidth,
    TOP + HEIGHT + (absent ? ABSENT_GAP + 24 : 8),
    ...lines,
    ...placed.flatMap((axis) => axisElements(axis, room * 0.94)),
    ...(absent ? [label] : []),
  );
}

export function ParallelCoordinates({ study, trials, of }: { study: Study; trials: Trial[]; of: string }) {
  const table = useMemo(() => trialsTable(trials, trialColumns(study)), [study, trials]);
  const draw = useCallback((width: number) => drawParallel(study, trials, width), [study, trials]);
  const best = study.best;
  const summary = `${trials.length} trials over ${study.parameters.length} parameters.${
    best ? ` The best is trial ${best.number} with ${formatNumber(toNumber(best.value))}.` : ""
  }`;
  return (
    <Figure
      title="Settings and values"
      fileStem={of}
      summary={summary}
      table={table}
      draw={draw}
      wide
      note="A line for each trial. Orange: the best; blue: the best tenth; grey: all others."
    />
  );
}
