// All runs of the page in one table: which are drawn in the curves, and which one is shown in detail.
// SPDX-License-Identifier: Apache-2.0
import type { Run } from "../data/bundle";
import { lastEpoch } from "../data/live";
import { formatCount, formatSeconds } from "../data/number";
import { Scroll } from "../page/scroll";
import { headlineText } from "./headline";

interface RunsTableProps {
  runs: Run[];
  colors: string[];
  drawn: boolean[];
  onDraw: (index: number, on: boolean) => void;
  detail: number;
  onDetail: (index: number) => void;
}

export function RunsTable({ runs, colors, drawn, onDraw, detail, onDetail }: RunsTableProps) {
  return (
    <Scroll label="Runs">
      <table>
        <thead>
          <tr>
            <th scope="col">curves</th>
            <th scope="col">details</th>
            <th scope="col">run</th>
            <th scope="col">state</th>
            <th scope="col">network</th>
            <th scope="col" class="number">
              epochs
            </th>
            <th scope="col" class="number">
              final figure
            </th>
            <th scope="col" class="number">
              time
            </th>
            <th scope="col">weights</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run, i) => {
            return (
              <tr key={i} class={i === detail ? "chosen" : undefined}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Draw the curves of ${run.name}`}
                    checked={drawn[i]}
                    onChange={(event) => onDraw(i, (event.target as HTMLInputElement).checked)}
                  />
                </td>
                <td>
                  <input
                    type="radio"
                    name="detail"
                    aria-label={`Show the details of ${run.name}`}
                    checked={i === detail}
                    onChange={() => onDetail(i)}
                  />
                </td>
                <th scope="row" class="name">
                  <svg class="swatch" width="14" height="10" aria-hidden="true">
                    <line x1="0" x2="14" y1="5" y2="5" stroke={colors[i]} stroke-width="3" />
                  </svg>{" "}
                  {run.name}
                </th>
                <td>{run.state}</td>
                <td>{run.summary?.network ?? "–"}</td>
                <td class="number">{formatCount(lastEpoch(run))}</td>
                <td class="number">{headlineText(run) ?? "–"}</td>
                <td class="number">{formatSeconds(run.summary?.wall_seconds)}</td>
                <td>
                  <code title={run.summary?.weights_sha256}>{run.summary?.weights_sha256.slice(0, 10) ?? "–"}</code>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
