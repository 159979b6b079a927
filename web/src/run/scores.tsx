// The figures of a run: its final weights' and its best epoch's, part by part.
// SPDX-License-Identifier: Apache-2.0
import { type EpochMetrics, type MaybeNumber, PARTS, type Part, type Run } from "../data/bundle";
import { finalLine, finalValue, MEASURES, type Measure, measureLabel, tellingMeasure } from "../data/measures";
import { formatMetric, spoken } from "../data/number";
import { ARROWS_NOTE, MeasureName } from "./measure_name";

interface ScoreRow {
  measure: Measure;
  cells: string[];
}

function partsOf(line: Partial<EpochMetrics>): Part[] {
  return PARTS.filter((part) => line[`${part}_loss`] !== undefined);
}

/** The measures that some part has. */
export function scoreRows(parts: Part[], value: (part: Part, key: string) => MaybeNumber): ScoreRow[] {
  return MEASURES.filter(({ key }) => parts.some((part) => value(part, key) !== undefined)).map((measure) => ({
    measure,
    cells: parts.map((part) => formatMetric(measure.key, value(part, measure.key))),
  }));
}

function ScoreTable({ title, parts, rows }: { title: string; parts: Part[]; rows: ScoreRow[] }) {
  return (
    <table class="scores">
      <caption>{title}</caption>
      <thead>
        <tr>
          <td />
          {parts.map((part) => (
            <th key={part} scope="col" class="number">
              {part}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ measure, cells }) => (
          <tr key={measure.key}>
            <th scope="row">
              <MeasureName measure={measure} />
            </th>
            {cells.map((cell, i) => (
              <td key={i} class="number">
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Scores({ run }: { run: Run }) {
  const final = finalLine(run);
  if (!final) return <p>No epoch has ended yet.</p>;
  const parts = partsOf(final);
  const best = run.summary?.best;
  const finalTitle = run.summary ? `Final weights (epoch ${final.epoch})` : `Newest epoch (${final.epoch})`;
  return (
    <>
      <div class="side-by-side">
        <ScoreTable
          title={finalTitle}
          parts={parts}
          rows={scoreRows(parts, (part, key) => finalValue(run, part, key))}
        />
        {best?.epoch !== undefined && (
          <ScoreTable
            title={`Best epoch (${best.epoch}) by ${spoken(best.monitor ?? "")}`}
            parts={partsOf(best)}
            rows={scoreRows(partsOf(best), (part, key) => best[`${part}_${key}`])}
          />
        )}
      </div>
      <p class="figure-note">{ARROWS_NOTE}</p>
    </>
  );
}

/** The one figure that a reader looks for first: [name, value]. */
export function headline(run: Run): [string, string] | null {
  for (const part of ["test", "valid", "train"] as const) {
    const found = tellingMeasure((key) => finalValue(run, part, key));
    if (found) return [`${part} ${measureLabel(found[0])}`, formatMetric(...found)];
  }
  return null;
}
