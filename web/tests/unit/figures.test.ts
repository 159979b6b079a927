// @vitest-environment jsdom
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Boundary } from "../../src/data/bundle";
import { boundaryAreas, boundaryTable, drawBoundary } from "../../src/figure/boundary";
import { drawLines } from "../../src/figure/lines";
import { LIGHT } from "../../src/figure/palette";
import { fileName, svgText } from "../../src/figure/save";
import { base64, uniform } from "../fixtures/random.mjs";

const chart = {
  lines: [
    { label: "valid \u001b[31m <b>", x: [1, 2, 3, 4], y: [1, Number.NaN, 0.5, 0.25], color: "var(--s2)", dots: true },
  ],
  xLabel: "epoch",
  yLabel: "loss",
};

test("the saved picture is the shown one with explicit colours, and well-formed", () => {
  const shown = drawLines(chart, 400);
  const saved = new DOMParser().parseFromString(svgText(shown), "image/svg+xml");
  expect(saved.querySelector("parsererror")).toBeNull();
  const paths = (root: ParentNode) =>
    [...root.querySelectorAll("g[aria-label=line] path")].map((path) => path.getAttribute("d"));
  expect(paths(saved)).toEqual(paths(shown));
  expect(paths(saved).join()).not.toMatch(/NaN/);
  expect(saved.querySelectorAll("circle")).toHaveLength(3);
  expect(svgText(shown)).not.toMatch(/var\(--|currentColor/);
  expect(svgText(shown)).toContain(LIGHT["--s2"]);
});

test("a logarithmic axis leaves out what has no logarithm", () => {
  const shown = drawLines({ ...chart, lines: [{ ...chart.lines[0]!, y: [1, 0, -1, 0.1] }], yLog: true }, 400);
  expect(shown.querySelectorAll("circle")).toHaveLength(2);
});

test("saved files take the light colours of the style sheet", () => {
  const css = readFileSync("src/style/page.css", "utf8");
  const root = css.slice(0, css.indexOf("@media"));
  for (const [name, value] of Object.entries(LIGHT)) expect(root).toContain(`${name}: ${value};`);
});

test("file names hold nothing that a file system refuses", () => {
  expect(fileName("../../runs/<b> Loss", "svg")).toBe("runs-b-loss.svg");
  expect(fileName("…", "csv")).toBe("figure.csv");
});

test("areas of a boundary cover each cell once, row 0 at the bottom", () => {
  const next = uniform(3);
  const [columns, rows] = [7, 5];
  const bytes = (most: number) => base64(Uint8Array.from({ length: columns * rows }, () => Math.floor(most * next())));
  const boundary: Boundary = {
    x: [0, 7],
    y: [0, 5],
    columns,
    rows,
    classes: bytes(3),
    probabilities: bytes(256),
    points: { x: [1], y: [2], label: [2] },
  };
  const covered = boundaryAreas(boundary).flatMap((area) =>
    [...area.path.matchAll(/M(\d+),(\d+)h(\d+)v1h-\d+z/g)].flatMap(([, x, y, width]) =>
      Array.from({ length: Number(width) }, (_, i) => ({
        column: Number(x) + i,
        row: rows - 1 - Number(y),
        k: area.class,
      })),
    ),
  );
  expect(covered).toHaveLength(columns * rows);
  const table = boundaryTable(boundary, undefined);
  const cells = table.rows.filter((row) => row[0] === "cell");
  for (const { column, row, k } of covered) {
    expect(cells[row * columns + column]).toMatchObject([
      "cell",
      column + 0.5,
      row + 0.5,
      String(k),
      expect.any(Number),
    ]);
  }
  expect(drawBoundary(boundary, undefined, 400).querySelectorAll("circle")).toHaveLength(1);
});
