// The runs, studies and reproductions of the served folder, newest first; those that are ticked are shown below.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Entry, EntryList } from "../data/live";
import { formatCount, formatMetric } from "../data/number";
import { Pager } from "../page/pager";
import { Scroll } from "../page/scroll";

const PAGE = 12;
const MOST_CHOSEN = 20;

function newestFigure(entry: Entry): string {
  for (const key of ["valid_accuracy", "test_accuracy", "valid_loss", "test_loss", "train_accuracy", "train_loss"]) {
    const value = entry.last?.[key];
    if (value !== undefined) return `${key.replace("_", " ")} ${formatMetric(key, value)}`;
  }
  return "–";
}

function EntryRow({ entry, on, onChoose }: { entry: Entry; on: boolean; onChoose: (on: boolean) => void }) {
  return (
    <tr class={on ? "chosen" : undefined}>
      <td>
        <input
          type="checkbox"
          aria-label={`Show ${entry.name}`}
          checked={on}
          onChange={(event) => onChoose((event.target as HTMLInputElement).checked)}
        />
      </td>
      <th scope="row" class="name">
        {entry.name}
      </th>
      <td>{entry.kind}</td>
      <td>{entry.state === "running" ? <strong>running</strong> : entry.state}</td>
      <td class="number">
        {formatCount(entry.epoch)}
        {entry.epochs > 0 ? ` of ${formatCount(entry.epochs)}` : ""}
      </td>
      <td class="number">{newestFigure(entry)}</td>
      <td>{new Date(1000 * entry.modified).toLocaleString()}</td>
    </tr>
  );
}

interface EntriesProps {
  list: EntryList;
  chosen: string[];
  onChoose: (names: string[]) => void;
}

export function Entries({ list, chosen, onChoose }: EntriesProps) {
  const [page, setPage] = useState(0);
  const [filter, setFilter] = useState("");
  const matching = list.runs.filter((entry) => entry.name.toLowerCase().includes(filter.toLowerCase()));
  const pages = Math.max(1, Math.ceil(matching.length / PAGE));
  const at = Math.min(page, pages - 1);
  if (list.runs.length === 0)
    return <p>There is no run in this folder yet. The page shows one as soon as it begins.</p>;
  return (
    <>
      {list.runs.length > PAGE && (
        <label class="choice">
          Name contains{" "}
          <input type="text" value={filter} onInput={(event) => setFilter((event.target as HTMLInputElement).value)} />
        </label>
      )}
      <Scroll label="Runs of the folder">
        <table>
          <thead>
            <tr>
              <th scope="col">show</th>
              <th scope="col">name</th>
              <th scope="col">kind</th>
              <th scope="col">state</th>
              <th scope="col" class="number">
                epoch
              </th>
              <th scope="col" class="number">
                newest figure
              </th>
              <th scope="col">changed</th>
            </tr>
          </thead>
          <tbody>
            {matching.slice(at * PAGE, (at + 1) * PAGE).map((entry) => (
              <EntryRow
                key={entry.name}
                entry={entry}
                on={chosen.includes(entry.name)}
                onChoose={(on) => {
                  const others = chosen.filter((name) => name !== entry.name);
                  onChoose(on ? [...others, entry.name].slice(-MOST_CHOSEN) : others);
                }}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
      <Pager page={at} pages={pages} onPage={setPage} of="the runs of the folder" />
      {list.left_out > 0 && <p class="figure-note">{formatCount(list.left_out)} older ones are not listed.</p>}
    </>
  );
}
