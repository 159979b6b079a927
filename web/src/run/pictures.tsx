// The worst mistakes and the first layer's weights, as pictures.
// SPDX-License-Identifier: Apache-2.0
import { useCallback, useMemo } from "preact/hooks";
import type { Analysis, MistakeSet, WeightSet } from "../data/bundle";
import { formatNumber, formatPercent } from "../data/number";
import { pictureAddress, weightAddress } from "../figure/bitmap";
import { Figure } from "../figure/figure";
import { fitText } from "../figure/labels";
import { INK, MUTED, RULE } from "../figure/palette";
import { svgElement, svgRoot } from "../figure/svg";

interface Tile {
  address: string;
  lines: string[];
}

const GAP = 12;
const LINE_HEIGHT = 14;

/** Pictures in rows, each with lines of text below it. */
function drawTiles(tiles: Tile[], aspect: number, least: number, width: number): SVGSVGElement {
  const columns = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
  const side = Math.floor((width + GAP) / columns - GAP);
  const pictureHeight = Math.round(side * aspect);
  const textLines = Math.max(0, ...tiles.map((tile) => tile.lines.length));
  const cellHeight = pictureHeight + textLines * LINE_HEIGHT + GAP + 4;
  const elements = tiles.flatMap((tile, i) => {
    const x = (i % columns) * (side + GAP);
    const y = Math.floor(i / columns) * cellHeight;
    const image = svgElement("image", {
      x,
      y,
      width: side,
      height: pictureHeight,
      href: tile.address,
      preserveAspectRatio: "none",
      "image-rendering": "pixelated",
    });
    const frame = svgElement("rect", { x, y, width: side, height: pictureHeight, fill: "none", stroke: RULE });
    const texts = tile.lines.map((line, k) =>
      svgElement(
        "text",
        { x, y: y + pictureHeight + (k + 1) * LINE_HEIGHT, fill: k === 0 ? INK : MUTED, "font-size": 11.5 },
        fitText(line, side + GAP / 2),
      ),
    );
    return [image, frame, ...texts];
  });
  return svgRoot(width, Math.ceil(tiles.length / columns) * cellHeight, ...elements);
}

function className(names: string[] | undefined, label: number | string): string {
  return typeof label === "number" ? (names?.[label] ?? String(label)) : label;
}

export function Mistakes({ set, analysis, of }: { set: MistakeSet; analysis: Analysis; of: string }) {
  const items = useMemo(
    () =>
      set.items.map((item) => ({
        ...item,
        actual: className(analysis.class_names, item.label),
        guess: className(analysis.class_names, item.predicted),
      })),
    [set, analysis],
  );
  const table = useMemo(
    () => ({
      columns: ["row", "label", "predicted", "probability of label", "probability of predicted"],
      rows: items.map((item) => [item.row, item.actual, item.guess, item.label_probability, item.probability]),
    }),
    [items],
  );
  const draw = useCallback(
    (width: number) => {
      const tiles = items.map((item) => ({
        address: pictureAddress(item.pixels, set.width, set.height, set.channels),
        lines: [`${item.actual} → ${item.guess}`, formatPercent(item.probability, 1)],
      }));
      return drawTiles(tiles, set.height / set.width, 76, width);
    },
    [items, set],
  );
  const first = items[0];
  const summary = first
    ? `${items.length} rows; the worst is row ${first.row}, a ${first.actual} taken for ${first.guess}.`
    : "There are none.";
  return (
    <Figure
      title={`Worst mistakes, ${analysis.part} part`}
      fileStem={of}
      summary={summary}
      table={table}
      draw={draw}
      wide
      note="True class → predicted class and its probability; the label's probability rises from picture to picture."
    />
  );
}

export function FirstWeights({ set, of }: { set: WeightSet; of: string }) {
  const table = useMemo(
    () => ({ columns: ["unit", "largest weight"], rows: set.items.map((item) => [item.unit, item.largest]) }),
    [set],
  );
  const draw = useCallback(
    (width: number) => {
      const tiles = set.items.map((item) => ({
        address: weightAddress(item.pixels, set.width, set.height, set.channels),
        lines: [`${item.unit}: ±${formatNumber(item.largest, 2)}`],
      }));
      return drawTiles(tiles, set.height / set.width, 64, width);
    },
    [set],
  );
  return (
    <Figure
      title="First-layer weights"
      fileStem={of}
      summary={`The weights of ${set.items.length} units as pictures of ${set.width} by ${set.height}.`}
      table={table}
      draw={draw}
      wide
      note="Unit and its largest weight; blue is positive, orange negative, each unit on its own scale."
    />
  );
}
