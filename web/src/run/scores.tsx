// The figures of a run: its final weights' and its best epoch's, part by part.
// SPDX-License-Identifier: Apache-2.0
import { type EpochMetrics, type Evaluation, type MaybeNumber, PARTS, type Part, type Run } from "../data/bundle";
import { evaluated, finalLine, finalValue, hasLabelSets, labelIn, MEASURES, type Measure } from "../data/measures";
import { formatMetric, spoken } from "../data/number";
import { Scroll } from "../page/scroll";
import { ARROWS_NOTE, MeasureName } from "./measure_name";

interface ScoreColumn {
  title: string;
  value: (key: string) => MaybeNumber;
}

function partsOf(line: Partial<EpochMetrics>): Part[] {
  return PARTS.filter((part) => line[`${part}_loss`] !== undefined);
}

/** Each part's measures, and beside them those with sample weights where the data has them. */
function finalColumns(run: Run, parts: Part[]): ScoreColumn[] {
  return parts.flatMap((part) => {
    const weighted = run.summary?.evaluation?.[part]?.weighted;
    const plain = { title: part, value: (key: string) => finalValue(run, part, key) };
    if (!weighted) return [plain];
    return [plain, { title: `${part}, weighted`, value: (key: string) => evaluated(weighted, key) }];
  });
}

function bestColumns(best: Partial<EpochMetrics>): ScoreColumn[] {
  return partsOf(best).map((part) => ({ title: part, value: (key) => best[`${part}_${key}`] }));
}

interface ScoreTableProps {
  title: string;
  columns: ScoreColumn[];
  nameOf: (measure: Measure) => Measure;
}

function ScoreTable({ title, columns, nameOf }: ScoreTableProps) {
  const measures = MEASURES.filter(({ key }) => columns.some(({ value }) => value(key) !== undefined));
  return (
    <Scroll label={title}>
      <table class="scores">
        <caption>{title}</caption>
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column.title} scope="col" class="number">
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {measures.map((measure) => (
            <tr key={measure.key}>
              <th scope="row">
                <MeasureName measure={nameOf(measure)} />
              </th>
              {columns.map(({ title: column, value }) => (
                <td key={column} class="number">
                  {formatMetric(measure.key, value(measure.key))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function anyEvaluation(run: Run): Evaluation | undefined {
  return PARTS.map((part) => run.summary?.evaluation?.[part]).find((evaluation) => evaluation !== undefined);
}

export function Scores({ run }: { run: Run }) {
  const final = finalLine(run);
  if (!final) return <p>No epoch has ended yet.</p>;
  const best = run.summary?.best;
  const columns = finalColumns(run, partsOf(final));
  const bestIsFinal = best?.epoch !== undefined && best.epoch === final.epoch;
  const what = run.summary ? `Final weights (epoch ${final.epoch}` : `Newest epoch (${final.epoch}`;
  const evaluation = anyEvaluation(run);
  const nameOf = (measure: Measure) => ({ ...measure, label: labelIn(evaluation, measure.key) });
  return (
    <>
      <div class="side-by-side">
        <ScoreTable
          title={`${what}${bestIsFinal ? `, the best by ${spoken(String(best.monitor ?? ""))}` : ""})`}
          columns={columns}
          nameOf={nameOf}
        />
        {best?.epoch !== undefined && !bestIsFinal && (
          <ScoreTable
            title={`While it trained: best epoch (${best.epoch}) by ${spoken(String(best.monitor ?? ""))}`}
            columns={bestColumns(best)}
            nameOf={nameOf}
          />
        )}
      </div>
      <p class="figure-note">
        {ARROWS_NOTE}
        {hasLabelSets(evaluation) && " Subset accuracy: the share of rows whose whole set of labels is right."}
        {columns.some(({ title }) => title.endsWith("weighted")) && " Weighted: each row counts by its sample weight."}
      </p>
    </>
  );
}
