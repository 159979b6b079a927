// A decision boundary: the winning class of every cell, paler where its probability is low, and the data.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import type { Boundary } from "../data/bundle";
import { unsignedBytes } from "../data/bytes";
import type { Table } from "../data/table";
import { fitText, textWidth } from "./labels";
import { MUTED, PAPER, seriesColor } from "./palette";
import { svgElement } from "./svg";

const LEVELS = 6;
const PALEST = 0.06;
const DARKEST = 0.42;
const LEFT = 44;
const MOST_WIDTH = 560;
const MOST_NAME_WIDTH = 150;

interface Area {
  class: number;
  level: number;
  path: string;
}

/** Cells of one class and level of probability joined to one path, in units of cells, row 0 at the bottom. */
export function boundaryAreas(boundary: Boundary): Area[] {
  const { columns, rows } = boundary;
  const classes = unsignedBytes(boundary.classes);
  const probabilities = unsignedBytes(boundary.probabilities);
  const areas = new Map<number, Area>();
  const keyOf = (cell: number) =>
    classes[cell]! * LEVELS + Math.min(LEVELS - 1, Math.floor((probabilities[cell]! / 256) * LEVELS));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; ) {
      const key = keyOf(row * columns + column);
      const start = column;
      do column++;
      while (column < columns && keyOf(row * columns + column) === key);
      let area = areas.get(key);
      if (!area) {
        area = { class: Math.floor(key / LEVELS), level: key % LEVELS, path: "" };
        areas.set(key, area);
      }
      area.path += `M${start},${rows - row - 1}h${column - start}v1h${start - column}z`;
    }
  }
  return [...areas.values()];
}

export function classesOf(boundary: Boundary): number[] {
  return [...new Set([...unsignedBytes(boundary.classes), ...boundary.points.label])].sort((a, b) => a - b);
}

/** Classes and their colours above the plot, in as many rows as they need. */
function legend(
  boundary: Boundary,
  names: string[] | undefined,
  width: number,
): { elements: SVGElement[]; height: number } {
  let [x, y] = [LEFT, 4];
  const elements = classesOf(boundary).flatMap((k) => {
    const name = fitText(names?.[k] ?? String(k), MOST_NAME_WIDTH);
    const itemWidth = 30 + textWidth(name);
    if (x > LEFT && x + itemWidth > width) [x, y] = [LEFT, y + 17];
    const swatch = svgElement("rect", { x, y, width: 10, height: 10, rx: 2, fill: seriesColor(k) });
    const text = svgElement("text", { x: x + 15, y: y + 9, fill: "currentColor", "text-anchor": "start" }, name);
    x += itemWidth;
    return [swatch, text];
  });
  return { elements, height: y + 20 };
}

export function drawBoundary(boundary: Boundary, names: string[] | undefined, width: number): SVGSVGElement {
  const key = legend(boundary, names, Math.min(width, MOST_WIDTH));
  const [left, right, top, bottom] = [LEFT, 10, key.height, 32];
  const plotWidth = Math.min(width, MOST_WIDTH) - left - right;
  const ratio = (boundary.y[1] - boundary.y[0]) / (boundary.x[1] - boundary.x[0]);
  const plotHeight = Math.round(plotWidth * Math.min(1.2, Math.max(0.5, ratio)));
  const { x, y, label } = boundary.points;
  const svg = Plot.plot({
    width: plotWidth + left + right,
    height: plotHeight + top + bottom,
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: bottom,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: { domain: boundary.x, label: null, ticks: 6, tickSize: 4 },
    y: { domain: boundary.y, label: null, ticks: 6, tickSize: 4 },
    color: { type: "identity" },
    marks: [
      Plot.dot(Array.from(label.keys()), {
        x: (i: number) => x[i]!,
        y: (i: number) => y[i]!,
        r: label.length > 600 ? 1.8 : 2.4,
        fill: (i: number) => seriesColor(label[i]!),
        stroke: PAPER,
        strokeWidth: 0.6,
      }),
    ],
  }) as SVGSVGElement;
  const [scaleX, scaleY] = [plotWidth / boundary.columns, plotHeight / boundary.rows];
  const areas = boundaryAreas(boundary).map((area) =>
    svgElement("path", {
      d: area.path,
      fill: seriesColor(area.class),
      "fill-opacity": (PALEST + ((DARKEST - PALEST) * area.level) / (LEVELS - 1)).toFixed(3),
    }),
  );
  const cells = svgElement(
    "g",
    {
      transform: `translate(${left},${top}) scale(${scaleX},${scaleY})`,
      "shape-rendering": "crispEdges",
      "aria-label": "cells",
    },
    ...areas,
  );
  svg.prepend(cells);
  svg.append(...key.elements);
  return svg;
}

/** The data points and the centres of all cells. */
export function boundaryTable(boundary: Boundary, names: string[] | undefined): Table {
  const name = (k: number) => names?.[k] ?? String(k);
  const points = boundary.points.label.map((k, i) => [
    "point",
    boundary.points.x[i]!,
    boundary.points.y[i]!,
    name(k),
    null,
  ]);
  const classes = unsignedBytes(boundary.classes);
  const probabilities = unsignedBytes(boundary.probabilities);
  const stepX = (boundary.x[1] - boundary.x[0]) / boundary.columns;
  const stepY = (boundary.y[1] - boundary.y[0]) / boundary.rows;
  const cells = Array.from(classes, (k, i) => [
    "cell",
    boundary.x[0] + ((i % boundary.columns) + 0.5) * stepX,
    boundary.y[0] + (Math.floor(i / boundary.columns) + 0.5) * stepY,
    name(k),
    probabilities[i]! / 255,
  ]);
  return { columns: ["kind", "x", "y", "class", "probability"], rows: [...points, ...cells] };
}
