// The figures of a run: its final weights' and its best epoch's, part by part.
// SPDX-License-Identifier: Apache-2.0
import { type EpochMetrics, type Evaluation, PARTS, type Part, type Run } from "../data/bundle";
import { formatMetric, spoken } from "../data/number";

const EVALUATION_KEYS: (keyof Evaluation)[] = ["macro_f1", "macro_roc_auc", "r2", "rmse", "mae"];
const SHORT: Record<string, string> = { macro_f1: "F1", macro_roc_auc: "ROC AUC", r2: "R²", rmse: "RMSE", mae: "MAE" };

interface ScoreRow {
  name: string;
  cells: string[];
}

function partsOf(lines: Partial<EpochMetrics>[]): Part[] {
  return PARTS.filter((part) => lines.some((line) => line[`${part}_loss`] !== undefined));
}

function metricRows(line: Partial<EpochMetrics>, parts: Part[]): ScoreRow[] {
  return ["loss", "accuracy", "top_k"]
    .filter((metric) => parts.some((part) => line[`${part}_${metric}`] !== undefined))
    .map((metric) => ({
      name: spoken(metric),
      cells: parts.map((part) => formatMetric(metric, line[`${part}_${metric}`])),
    }));
}

function evaluationRows(run: Run, parts: Part[]): ScoreRow[] {
  const evaluation = run.summary?.evaluation ?? {};
  return EVALUATION_KEYS.filter((key) => parts.some((part) => typeof evaluation[part]?.[key] === "number")).map(
    (key) => ({
      name: SHORT[key]!,
      cells: parts.map((part) => formatMetric(key, evaluation[part]?.[key] as number)),
    }),
  );
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
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">{row.name}</th>
            {row.cells.map((cell, i) => (
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
  const last = run.metrics.at(-1);
  const final = run.summary?.final ?? last;
  if (!final) return <p>No epoch has ended yet.</p>;
  const parts = partsOf([final]);
  const best = run.summary?.best;
  const finalTitle = run.summary ? `Final weights (epoch ${final.epoch})` : `Newest epoch (${final.epoch})`;
  return (
    <div class="side-by-side">
      <ScoreTable
        title={finalTitle}
        parts={parts}
        rows={[...metricRows(final, parts), ...evaluationRows(run, parts)]}
      />
      {best?.epoch !== undefined && (
        <ScoreTable
          title={`Best epoch (${best.epoch}) by ${spoken(best.monitor ?? "")}`}
          parts={partsOf([best])}
          rows={metricRows(best, partsOf([best]))}
        />
      )}
    </div>
  );
}

/** The one figure that a reader looks for first: [name, value]. */
export function headline(run: Run): [string, string] | null {
  const final = run.summary?.final ?? run.metrics.at(-1);
  if (!final) return null;
  for (const part of ["test", "valid", "train"]) {
    for (const metric of ["accuracy", "loss"]) {
      const value = final[`${part}_${metric}`];
      if (value !== undefined) return [`${part} ${metric}`, formatMetric(metric, value)];
    }
  }
  return null;
}
