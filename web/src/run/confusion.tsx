// What became of each class: the confusion matrix (rows are the true classes, columns the predicted ones) and scores.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { useCallback, useMemo, useState } from "preact/hooks";
import { type Evaluation, PARTS, type Part, type Run } from "../data/bundle";
import { hasLabelSets } from "../data/measures";
import { formatCount, formatPercent } from "../data/number";
import { Figure } from "../figure/figure";
import { fitTexts, widest } from "../figure/labels";
import { ACCENT, BAD, INK, MUTED, PAPER } from "../figure/palette";
import { Choice } from "../page/choice";
import { Scroll } from "../page/scroll";

interface ConfusionCell {
  row: number;
  column: number;
  actual: string;
  predicted: string;
  count: number;
  /** Of the rows of the true class. */
  share: number;
}

const MOST_NUMBERED = 24;
const MOST_OPACITY = 0.4;

export function confusionCells(confusion: number[][], names: string[]): ConfusionCell[] {
  return confusion.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => ({
      row: i,
      column: j,
      actual: names[i] ?? String(i),
      predicted: names[j] ?? String(j),
      count,
      share: total > 0 ? count / total : 0,
    }));
  });
}

/** Mistakes would vanish beside the diagonal, so each has its own scale: up to `most` errors of one kind. */
function opacity(cell: ConfusionCell, mostMistaken: number): number {
  if (cell.row === cell.column) return MOST_OPACITY * cell.share;
  return mostMistaken > 0 ? MOST_OPACITY * Math.sqrt(cell.share / mostMistaken) : 0;
}

function drawConfusion(cells: ConfusionCell[], names: string[], width: number): SVGSVGElement {
  const longest = Math.min(Math.max(60, 0.3 * width), 12 + widest(names));
  const shown = fitTexts(names, longest - 10);
  const left = longest + 26;
  const side = Math.min((width - left - 8) / names.length, 64);
  const wrong = cells.filter((cell) => cell.row !== cell.column);
  const mostMistaken = Math.max(0, ...wrong.map((cell) => cell.share));
  const rotated = longest > side + 4;
  const top = (rotated ? longest : 18) + 26;
  const order = names.map((_, i) => i);
  const name = (i: number) => shown[i]!;
  return Plot.plot({
    width: Math.round(left + side * names.length + 8),
    height: Math.round(top + side * names.length + 8),
    marginLeft: left,
    marginTop: top,
    marginRight: 8,
    marginBottom: 8,
    padding: 0.04,
    className: "plot",
    style: { fontSize: side < 30 ? "10px" : "12px", color: MUTED },
    x: {
      axis: "top",
      domain: order,
      label: "predicted",
      labelAnchor: "center",
      labelArrow: "none",
      tickSize: 0,
      tickFormat: name,
      tickRotate: rotated ? -90 : 0,
    },
    y: { domain: order, label: "true", labelAnchor: "center", labelArrow: "none", tickSize: 0, tickFormat: name },
    marks: [
      Plot.cell(cells, {
        x: "column",
        y: "row",
        fill: (cell: ConfusionCell) => (cell.row === cell.column ? ACCENT : BAD),
        fillOpacity: (cell: ConfusionCell) => opacity(cell, mostMistaken),
        stroke: MUTED,
        strokeOpacity: 0.18,
      }),
      names.length <= MOST_NUMBERED
        ? Plot.text(cells, {
            x: "column",
            y: "row",
            text: (cell: ConfusionCell) => (cell.count > 0 ? formatCount(cell.count) : ""),
            fill: INK,
            fontSize: side < 34 ? 9.5 : 12,
          })
        : null,
      Plot.tip(
        cells,
        Plot.pointer({
          x: "column",
          y: "row",
          title: (cell: ConfusionCell) =>
            `true ${cell.actual}, predicted ${cell.predicted}\n${formatCount(cell.count)} rows, ${formatPercent(cell.share)} of ${cell.actual}`,
          fill: PAPER,
          stroke: MUTED,
        }),
      ),
    ],
    color: { type: "identity" },
    opacity: { type: "identity" },
  }) as SVGSVGElement;
}

function confusionSummary(cells: ConfusionCell[]): string {
  const wrong = cells.filter((cell) => cell.row !== cell.column && cell.count > 0);
  wrong.sort((a, b) => b.count - a.count);
  const worst = wrong
    .slice(0, 3)
    .map((cell) => `${cell.actual} taken for ${cell.predicted} ${cell.count} times`)
    .join(", ");
  return worst ? `The most frequent confusions: ${worst}.` : "No row is confused.";
}

function ConfusionFigure({ evaluation, part, of }: { evaluation: Evaluation; part: Part; of: string }) {
  const names = useMemo(
    () => evaluation.confusion!.map((_, i) => evaluation.classes?.[i]?.class ?? String(i)),
    [evaluation],
  );
  const cells = useMemo(() => confusionCells(evaluation.confusion!, names), [evaluation, names]);
  const table = useMemo(
    () => ({
      columns: ["true", "predicted", "rows"],
      rows: cells.map((cell) => [cell.actual, cell.predicted, cell.count]),
    }),
    [cells],
  );
  const draw = useCallback((width: number) => drawConfusion(cells, names, width), [cells, names]);
  return (
    <Figure
      title={`Confusion, ${part} part`}
      fileStem={of}
      summary={confusionSummary(cells)}
      table={table}
      draw={draw}
      note="Blue: share of the class that is right. Red: mistakes, darkest where most of a class goes astray."
    />
  );
}

function ClassTable({ evaluation, title, of }: { evaluation: Evaluation; title: string; of: string }) {
  return (
    <Scroll label={`${title} of ${of}`}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{hasLabelSets(evaluation) ? "label" : "class"}</th>
            {["precision", "recall", "F1", "ROC AUC", "rows"].map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {evaluation.classes!.map((row, i) => (
            <tr key={i}>
              <th scope="row" class="name">
                {row.class}
              </th>
              <td class="number">{formatPercent(row.precision)}</td>
              <td class="number">{formatPercent(row.recall)}</td>
              <td class="number">{formatPercent(row.f1)}</td>
              <td class="number">{typeof row.roc_auc === "number" ? row.roc_auc.toFixed(4) : "–"}</td>
              <td class="number">{formatCount(row.support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The parts whose classes or labels were measured one by one. */
export function classParts(run: Run): Part[] {
  return PARTS.filter((part) => {
    const evaluation = run.summary?.evaluation?.[part];
    return evaluation?.confusion || evaluation?.classes;
  });
}

export function hasConfusion(run: Run): boolean {
  return classParts(run).some((part) => run.summary?.evaluation[part]?.confusion);
}

export function Confusion({ run }: { run: Run }) {
  const parts = classParts(run);
  const [chosen, setChosen] = useState<string>();
  const part = parts.find((candidate) => candidate === chosen) ?? parts.at(-1);
  const evaluation = part && run.summary?.evaluation[part];
  if (!evaluation) return null;
  const { weighted } = evaluation;
  const title = hasLabelSets(evaluation) ? "By label" : "By class";
  return (
    <>
      {parts.length > 1 && <Choice label="Part" options={parts} value={part} onChange={setChosen} />}
      <div class="figures">
        {evaluation.confusion && <ConfusionFigure evaluation={evaluation} part={part} of={run.name} />}
        <div class="stack">
          {evaluation.classes && <ClassTable evaluation={evaluation} title={`${title}, ${part} part`} of={run.name} />}
          {weighted?.classes && (
            <ClassTable evaluation={weighted} title={`${title}, ${part} part, weighted`} of={run.name} />
          )}
        </div>
      </div>
    </>
  );
}
