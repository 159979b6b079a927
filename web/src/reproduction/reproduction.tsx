// A reproduced study: published numbers beside ours, the study's figures, and what it teaches.
// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import type { LinesFigure as LinesRecord, Reproduction, ReproductionRow } from "../data/bundle";
import { formatDigits, toNumber } from "../data/number";
import { BoundaryFigure } from "../figure/boundary_figure";
import type { LineChart } from "../figure/lines";
import { LinesFigure } from "../figure/lines_figure";
import { seriesColor } from "../figure/palette";
import { Scroll } from "../page/scroll";

const EXACT = 16;

function spreadText(spread: ReproductionRow["spread"]): string {
  return spread ? `${formatDigits(spread[0])} to ${formatDigits(spread[1])}` : "";
}

/** 16 digits are what `digits` says of equal numbers. */
function digitsText(digits: ReproductionRow["digits"]): string {
  const number = toNumber(digits);
  if (!Number.isFinite(number)) return "–";
  return number >= EXACT ? "all" : number.toFixed(1);
}

function Rows({ rows, of }: { rows: ReproductionRow[]; of: string }) {
  return (
    <Scroll label={`Rows of ${of}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">verdict</th>
            <th scope="col">number</th>
            {["published", "ours", "digits", "spread"].map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              <td>
                <span class={row.verdict === "off" ? "fails" : "holds"}>{row.verdict}</span>
              </td>
              <th scope="row">{row.label}</th>
              <td class="number">{formatDigits(row.published)}</td>
              <td class="number">{formatDigits(row.ours)}</td>
              <td class="number">{digitsText(row.digits)}</td>
              <td class="number">{spreadText(row.spread)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function RecordedLines({ figure, of }: { figure: LinesRecord; of: string }) {
  const chart = useMemo<LineChart>(
    () => ({
      lines: figure.series.map((series, i) => ({
        label: series.label,
        x: series.x.map(toNumber),
        y: series.y.map(toNumber),
        color: seriesColor(i),
        dash: series.dashed ? "5 3" : undefined,
      })),
      xLabel: figure.x_label,
      yLabel: figure.y_label,
      xLog: figure.x_log,
      yLog: figure.y_log,
    }),
    [figure],
  );
  return <LinesFigure title={figure.title} chart={chart} fileStem={of} />;
}

/** Paragraphs are divided by empty lines. */
export function paragraphs(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter(Boolean);
}

export function ReproductionView({ reproduction, name }: { reproduction: Reproduction; name: string }) {
  const { rows, figures = [], commentary = "", title } = reproduction;
  const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  return (
    <>
      <p class="verdict">
        {title && `${title[0]!.toUpperCase()}${title.slice(1)}: `}
        <strong class={reproduction.verdict === "off" ? "fails" : "holds"}>{reproduction.verdict}</strong>.{" "}
        {count("exact")} of {rows.length} numbers are exact, {count("within")} within the spread,
        {count("weak") > 0 ? ` ${count("weak")} weak (the spread is so wide that they could hardly fail),` : ""}{" "}
        {count("off")} off.
      </p>
      {rows.length > 0 && <Rows rows={rows} of={name} />}
      {commentary && (
        <div class="commentary">
          {paragraphs(commentary).map((paragraph, i) => (
            <p key={i}>{paragraph}</p>
          ))}
        </div>
      )}
      {figures.length > 0 && (
        <div class="figures spaced">
          {figures.map((figure, i) =>
            figure.kind === "lines" ? (
              <RecordedLines key={i} figure={figure} of={name} />
            ) : (
              <BoundaryFigure key={i} title={figure.title} boundary={figure.boundary} fileStem={name} />
            ),
          )}
        </div>
      )}
    </>
  );
}
