// Two runs side by side: bits, final figures, configurations, curves.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { PARTS, type Run } from "../data/bundle";
import { compareConfigs, firstDifferentEpoch, sameBits } from "../data/compare";
import { finalValue, MEASURES } from "../data/measures";
import { formatMetric, formatNumber, formatSeconds, isShare, toNumber } from "../data/number";
import { Scroll } from "../page/scroll";
import { Toggle } from "../page/toggle";
import { Curves } from "../run/curves";
import { ARROWS_NOTE, MeasureName } from "../run/measure_name";

interface Pair {
  left: Run;
  right: Run;
}

function RunChoice({
  label,
  runs,
  value,
  onChange,
}: {
  label: string;
  runs: Run[];
  value: number;
  onChange: (index: number) => void;
}) {
  return (
    <label class="choice">
      {label}{" "}
      <select value={value} onChange={(event) => onChange(Number((event.target as HTMLSelectElement).value))}>
        {runs.map((run, i) => (
          <option key={i} value={i}>
            {run.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function bitsSentence({ left, right }: Pair): string {
  const weights = sameBits(left.summary?.weights_sha256, right.summary?.weights_sha256);
  const data = sameBits(left.summary?.data.sha256, right.summary?.data.sha256);
  const epoch = firstDifferentEpoch(left, right);
  const parts = [
    weights === null
      ? "One of the runs has no final weights yet."
      : weights
        ? "The final weights are equal to the bit."
        : "The final weights differ.",
    data === null ? "" : data ? "Both saw the same data." : "They saw different data.",
    epoch === null
      ? "No figure of an epoch that both have differs in a single digit."
      : `Their figures differ from epoch ${epoch} on.`,
  ];
  return parts.filter(Boolean).join(" ");
}

interface FigureRow {
  name: ComponentChildren;
  left: string;
  right: string;
  difference: string;
}

function differenceText(metric: string, difference: number): string {
  if (Number.isNaN(difference)) return "–";
  if (difference === 0) return "equal";
  const text = isShare(metric) ? `${formatNumber(100 * difference, 3)} points` : formatNumber(difference);
  return difference > 0 ? `+${text}` : text;
}

function figureRows({ left, right }: Pair): FigureRow[] {
  const rows: FigureRow[] = [];
  for (const measure of MEASURES) {
    for (const part of PARTS) {
      const values = [left, right].map((run) => finalValue(run, part, measure.key));
      if (values.every((value) => value === undefined)) continue;
      rows.push({
        name: (
          <>
            {part} <MeasureName measure={measure} />
          </>
        ),
        left: formatMetric(measure.key, values[0]),
        right: formatMetric(measure.key, values[1]),
        difference: differenceText(measure.key, toNumber(values[1]) - toNumber(values[0])),
      });
    }
  }
  const seconds = [left.summary?.wall_seconds, right.summary?.wall_seconds];
  rows.push({
    name: "time",
    left: formatSeconds(seconds[0]),
    right: formatSeconds(seconds[1]),
    difference: seconds[0] && seconds[1] ? `× ${formatNumber(seconds[1] / seconds[0], 3)}` : "–",
  });
  return rows;
}

function HashRow({ name, left, right }: { name: string; left?: string; right?: string }) {
  const same = sameBits(left, right);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <code title={left}>{left?.slice(0, 16) ?? "–"}</code>
      </td>
      <td>
        <code title={right}>{right?.slice(0, 16) ?? "–"}</code>
      </td>
      <td>{same === null ? "–" : same ? "equal" : "differ"}</td>
    </tr>
  );
}

function FigureTable(pair: Pair) {
  const { left, right } = pair;
  return (
    <Scroll label="Figures of both runs">
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{left.name}</th>
            <th scope="col">{right.name}</th>
            <th scope="col">difference</th>
          </tr>
        </thead>
        <tbody>
          {figureRows(pair).map((row, i) => (
            <tr key={i}>
              <th scope="row">{row.name}</th>
              <td>{row.left}</td>
              <td>{row.right}</td>
              <td>{row.difference}</td>
            </tr>
          ))}
          <HashRow name="weights SHA-256" left={left.summary?.weights_sha256} right={right.summary?.weights_sha256} />
          <HashRow name="data SHA-256" left={left.summary?.data.sha256} right={right.summary?.data.sha256} />
        </tbody>
      </table>
    </Scroll>
  );
}

function ConfigTable({ left, right }: Pair) {
  const rows = useMemo(() => compareConfigs(left, right), [left, right]);
  const [all, setAll] = useState(false);
  const differing = rows.filter((row) => row.differs);
  const shown = all ? rows : differing;
  return (
    <>
      <p class="figure-note">
        {differing.length === 0 ? "No key differs." : `${differing.length} of ${rows.length} keys differ.`}{" "}
        <Toggle label="show all keys" of="both configurations" on={all} onChange={setAll} />
      </p>
      {shown.length > 0 && (
        <Scroll label="Both configurations">
          <table class="configuration">
            <thead>
              <tr>
                <th scope="col">key</th>
                <th scope="col">{left.name}</th>
                <th scope="col">{right.name}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={row.key} class={row.differs ? "changed" : undefined}>
                  <th scope="row">
                    <code>{row.key}</code>
                    {row.differs && all && <span class="mark"> differs</span>}
                  </th>
                  <td>
                    <code>{row.left ?? "–"}</code>
                  </td>
                  <td>
                    <code>{row.right ?? "–"}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

export function Comparison({ runs, colors }: { runs: Run[]; colors: string[] }) {
  const [[a, b], setPair] = useState<[number, number]>([0, 1]);
  const left = runs[a] ?? runs[0]!;
  const right = runs[b] ?? runs[1]!;
  const pair = useMemo(() => [left, right], [left, right]);
  const pairColors = useMemo(() => [colors[a]!, colors[b]!], [colors, a, b]);
  return (
    <>
      <div class="side-by-side tight">
        <RunChoice label="Left" runs={runs} value={a} onChange={(index) => setPair([index, b])} />
        <RunChoice label="Right" runs={runs} value={b} onChange={(index) => setPair([a, index])} />
      </div>
      <p class="verdict">{bitsSentence({ left, right })}</p>
      <FigureTable left={left} right={right} />
      <p class="figure-note">{ARROWS_NOTE}</p>
      <h3>Configurations</h3>
      <ConfigTable left={left} right={right} />
      {runs.length > 2 && (
        <>
          <h3>Curves of the two</h3>
          <Curves runs={pair} colors={pairColors} />
        </>
      )}
    </>
  );
}
