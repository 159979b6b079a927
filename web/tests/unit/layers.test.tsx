// @vitest-environment jsdom
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Run } from "../../src/data/bundle";
import { layerName, layersOf } from "../../src/data/layers";
import { Details } from "../../src/run/details";
import { DENSE, QUANTILE, RESIDUAL } from "../fixtures/network.mjs";
import { makeRun } from "../fixtures/run.mjs";
import { mounted } from "./mounted";

const residual = makeRun("a", { network: RESIDUAL }) as unknown as Run;

function configOf(values: Record<string, string>) {
  return Object.entries(values).map(([key, value]) => ({ key, value, default: "", doc: "" }));
}

/** What the overview shows: one text per row, cells divided by a bar. */
function shownRows(run: Run, table: string): string[] {
  const root = mounted(<Details run={run} />);
  const rows = [...root.querySelectorAll(`${table} tr`)];
  return rows.map((row) => [...row.children].map((cell) => cell.textContent).join(" | "));
}

test("a hidden layer is up to three: sums, normalisation, addition", () => {
  const layers = layersOf(residual)!;
  expect(layers.map((layer) => [layer.kind, layer.activation, layer.source, layer.parameters])).toEqual([
    ["dense", "identity", undefined, 96],
    ["batch_norm", "relu", undefined, 64],
    ["dense", "identity", undefined, 1056],
    ["layer_norm", "prelu", undefined, 96],
    ["residual", "identity", 2, 0],
    ["dense", "tanh", undefined, 1056],
    ["residual", "identity", 5, 0],
    ["dense", "identity", undefined, 165],
  ]);
});

// As in tests/reference/reference_runs.json, which the program wrote, where it has such a network.
test.each([
  ["2,16,12,5", "batch_norm", "false", "relu", "2-16-16-12-12-5", 373],
  ["2,16,12,5", "none", "false", "prelu", "2-16-12-5", 345],
  ["2,13,13,2", "batch_norm", "true", "prelu", "2-13-13-13-13-13-2", 327],
  ["784,70,70,70,10", "layer_norm", "true", "prelu", "784-70-70-70-70-70-70-70-70-10", 66230],
  ["4,24,9,1", "none", "true", "relu", "4-24-9-1", 355],
  ["150,64", "none", "true", "relu", "150-64", 9664],
])(
  "layers %s with %s have the widths and parameters of the record",
  (widths, norm, adds, activation, network, count) => {
    const config = configOf({
      "network.layers": widths,
      "network.normalization": norm,
      "network.residual": adds,
      "network.activation": activation,
    });
    const layers = layersOf({ config, summary: null })!;
    expect([layers[0]!.inputs, ...layers.map((layer) => layer.units)].join("-")).toBe(network);
    expect(layers.reduce((sum, layer) => sum + layer.parameters!, 0)).toBe(count);
    expect(layersOf({ config, summary: { ...residual.summary!, network, parameters: count } })).toEqual(layers);
    expect(layersOf({ config, summary: { ...residual.summary!, network, parameters: count + 1 } })).toBeNull();
    expect(
      layersOf({ config, summary: { ...residual.summary!, network: `9${network}`, parameters: count } }),
    ).toBeNull();
  },
);

test("nothing is said of a network that the configuration does not tell", () => {
  expect(layersOf({ config: [], summary: null })).toBeNull();
  expect(layersOf({ config: configOf({ "network.layers": "auto,5,auto" }), summary: null })).toBeNull();
});

test("a kind that the page does not know is named, and its parameters are not guessed", () => {
  const config = configOf({ "network.layers": "2,8,3", "network.normalization": "group_norm" });
  const summary = { ...residual.summary!, network: "2-8-8-3", parameters: 99 };
  expect(layersOf({ config, summary })!.map((layer) => [layer.kind, layer.parameters])).toEqual([
    ["dense", 24],
    ["group_norm", null],
    ["dense", 27],
  ]);
});

test("the details list the layers with what each reads", () => {
  expect(shownRows(residual, ".layers")).toEqual([
    "layer | kind | reads | units | activation | settings | parameters",
    "1 | dense | inputs | 32 | identity | L2 0.0001 | 96",
    "2 | batch norm | layer 1 | 32 | relu | epsilon 10⁻⁵, momentum 0.1, dropout 0.2 | 64",
    "3 | dense | layer 2 | 32 | identity | – | 1056",
    "4 | layer norm | layer 3 | 32 | prelu | epsilon 10⁻⁵ | 96",
    "5 | residual | layer 4 + layer 2 | 32 | identity | – | 0",
    "6 | dense | layer 5 | 32 | tanh | – | 1056",
    "7 | residual | layer 6 + layer 5 | 32 | identity | – | 0",
    "8 | dense | layer 7 | 5 | softmax (output) | – | 165",
  ]);
  expect(shownRows({ ...residual, config: [] }, ".layers")).toEqual([]);
});

test("layers of a run that has no summary yet are listed too", () => {
  expect(shownRows({ ...residual, state: "running", summary: null }, ".layers")).toHaveLength(9);
  for (const network of [DENSE, QUANTILE]) {
    const run = makeRun("b", { network }) as unknown as Run;
    expect(shownRows(run, ".layers")).toHaveLength(network.units.length + 1);
  }
});

test("a layer is called by its kind where that is not dense", () => {
  const layers = layersOf(residual);
  expect([1, 2, 4, 5, 99].map((number) => layerName(number, layers))).toEqual([
    "layer 1",
    "layer 2 batch norm",
    "layer 4 layer norm",
    "layer 5 residual",
    "layer 99",
  ]);
  expect(layerName(2, null)).toBe("layer 2");
});
