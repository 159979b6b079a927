// All trials in pages, sorted by any column and filtered by what is typed below its name.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Study, Trial } from "../data/bundle";
import { formatCount, formatMetric, formatNumber } from "../data/number";
import { sortTrials, type TrialColumn } from "../data/study";
import type { Cell } from "../data/table";
import { Pager } from "../page/pager";
import { Scroll } from "../page/scroll";

const PAGE = 20;

interface TrialsTableProps {
  study: Study;
  columns: TrialColumn[];
  /** Those that the filters let through. */
  trials: Trial[];
  filters: Record<string, string>;
  onFilter: (key: string, text: string) => void;
  chosen: number | null;
  onChoose: (number: number) => void;
  of: string;
}

function cellText(study: Study, column: TrialColumn, cell: Cell): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell !== "number") return String(cell);
  return column.key === "value" ? formatMetric(study.objective, cell) : formatNumber(cell, 4);
}

function HeadCell({
  column,
  sorted,
  onSort,
}: {
  column: TrialColumn;
  sorted: "ascending" | "descending" | "none";
  onSort: () => void;
}) {
  const arrow = { ascending: " ↑", descending: " ↓", none: "" }[sorted];
  return (
    <th scope="col" aria-sort={sorted}>
      <button type="button" class="sort" onClick={onSort}>
        {column.title}
        <span aria-hidden="true">{arrow}</span>
      </button>
    </th>
  );
}

export function TrialsTable(props: TrialsTableProps) {
  const { study, columns, trials, filters, onFilter, chosen, onChoose, of } = props;
  const [sort, setSort] = useState({ key: "value", descending: study.larger_is_better });
  const [page, setPage] = useState(0);
  const sorted = useMemo(() => {
    const column = columns.find((candidate) => candidate.key === sort.key) ?? columns[0]!;
    return sortTrials(trials, column, sort.descending);
  }, [trials, columns, sort]);
  useEffect(() => setPage(0), [trials, sort]);
  const pages = Math.max(1, Math.ceil(sorted.length / PAGE));
  const shown = sorted.slice(page * PAGE, (page + 1) * PAGE);
  const sortBy = (key: string) => setSort({ key, descending: sort.key === key ? !sort.descending : false });
  return (
    <>
      <p class="figure-note">
        {formatCount(trials.length)} of {formatCount(study.trials.length)} trials. A filter is part of a text, or{" "}
        <code>&gt;= 0.9</code>, <code>&lt; 10</code>, <code>0.1..0.5</code>; it applies to the figures above too.
      </p>
      <Scroll label={`Trials of ${of}`}>
        <table class="trials">
          <thead>
            <tr>
              {columns.map((column) => (
                <HeadCell
                  key={column.key}
                  column={column}
                  sorted={column.key !== sort.key ? "none" : sort.descending ? "descending" : "ascending"}
                  onSort={() => sortBy(column.key)}
                />
              ))}
            </tr>
            <tr class="filters">
              {columns.map((column) => (
                <td key={column.key}>
                  <input
                    type="text"
                    aria-label={`Filter ${column.title}`}
                    value={filters[column.key] ?? ""}
                    onInput={(event) => onFilter(column.key, (event.target as HTMLInputElement).value)}
                  />
                </td>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((trial) => (
              <tr key={trial.number} class={trial.number === chosen ? "chosen" : undefined}>
                {columns.map((column) => {
                  const cell = column.value(trial);
                  if (column.key === "number") {
                    return (
                      <th key={column.key} scope="row" class="number">
                        <button
                          type="button"
                          class="link"
                          aria-label={`Details of trial ${trial.number}`}
                          onClick={() => onChoose(trial.number)}
                        >
                          {trial.number}
                        </button>
                      </th>
                    );
                  }
                  return (
                    <td key={column.key} class={typeof cell === "number" ? "number" : undefined}>
                      {cellText(study, column, cell)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <Pager page={page} pages={pages} onPage={setPage} of={`trials of ${of}`} />
    </>
  );
}
