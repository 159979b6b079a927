// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Run } from "../../src/data/bundle";
import { measuredLayers, statisticLines } from "../../src/data/statistics";
import { RESIDUAL } from "../fixtures/network.mjs";
import { makeRun } from "../fixtures/run.mjs";

const run = makeRun("a", { epochs: 4, network: RESIDUAL }) as unknown as Run;
const layers = measuredLayers(run);

test("every layer has a line under the name of its kind, with its own numbers", () => {
  const lines = statisticLines(run.statistics, "activation_std", layers);
  expect(lines.map((line) => line.label)).toEqual([
    "layer 1",
    "layer 2 batch norm",
    "layer 3",
    "layer 4 layer norm",
    "layer 5 residual",
    "layer 6",
    "layer 7 residual",
    "layer 8",
  ]);
  expect(lines[4]!.y).toEqual(run.statistics.map((epoch) => epoch.layers[4]!.activation_std));
});

test("a layer without parameters has no norm, and the others keep their colours", () => {
  const all = statisticLines(run.statistics, "dead", layers);
  for (const key of ["gradient_norm", "weight_norm"] as const) {
    const lines = statisticLines(run.statistics, key, layers);
    expect(lines.map((line) => line.label)).not.toContain("layer 5 residual");
    expect(lines.map((line) => line.color)).toEqual([0, 1, 2, 3, 5, 7].map((i) => all[i]!.color));
    expect(lines.at(-1)!.y).toEqual(run.statistics.map((epoch) => epoch.layers[7]![key]));
  }
});

test("layers that are not those of the configuration have numbers only", () => {
  const other = structuredClone(run);
  for (const epoch of other.statistics) epoch.layers[3]!.units = 7;
  expect(measuredLayers(other)).toBeNull();
  expect(measuredLayers({ ...run, statistics: run.statistics.map((epoch) => ({ ...epoch, layers: [] })) })).toBeNull();
  expect(statisticLines(other.statistics, "weight_norm", null).map((line) => line.label)).toEqual(
    RESIDUAL.units.map((_, i) => `layer ${i + 1}`),
  );
});

test("more layers than colours are told apart by dashes", () => {
  const many = [
    { epoch: 1, layers: Array.from({ length: 12 }, (_, i) => ({ ...run.statistics[0]!.layers[0]!, layer: i + 1 })) },
  ];
  const styles = statisticLines(many, "dead", null).map(({ color, dash }) => `${color} ${dash}`);
  expect(new Set(styles).size).toBe(12);
});
