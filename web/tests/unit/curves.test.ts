// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Run } from "../../src/data/bundle";
import { metricLines, metricsOf } from "../../src/data/curves";
import { linesSummary, linesTable, logTicks } from "../../src/figure/lines";
import { makeRun } from "../fixtures/run.mjs";

const run = makeRun("a", { epochs: 4 }) as unknown as Run;
const other = makeRun("b", { epochs: 4, seed: 2 }) as unknown as Run;

test("a run has the metrics that its lines name, in reading order", () => {
  expect(metricsOf([run])).toEqual(["loss", "accuracy", "learning_rate"]);
  expect(metricsOf([makeRun("c", { kind: "regression" }) as unknown as Run])).toEqual(["loss", "learning_rate"]);
});

test("one run has a line per part, several a colour per run", () => {
  expect(metricLines([run], "loss", []).map((line) => line.label)).toEqual(["train", "valid"]);
  const lines = metricLines([run, other], "loss", ["red", "blue"]);
  expect(lines.map((line) => [line.label, line.color, line.labelled])).toEqual([
    ["a, train", "red", false],
    ["a", "red", true],
    ["b, train", "blue", false],
    ["b", "blue", true],
  ]);
  expect(lines[1]!.y).toEqual(run.metrics.map((line) => line.valid_loss));
});

test("the table of a figure holds every number of its lines", () => {
  const lines = metricLines([run, other], "loss", []);
  const table = linesTable(lines, "epoch", "loss");
  expect(table.columns).toEqual(["epoch", "a, train", "a", "b, train", "b"]);
  expect(table.rows.map((row) => row[2])).toEqual(run.metrics.map((line) => line.valid_loss));
  const uneven = linesTable([lines[0]!, { ...lines[1]!, x: [1], y: [Number.POSITIVE_INFINITY] }], "epoch", "loss");
  expect(uneven.rows).toHaveLength(5);
  expect(uneven.rows.at(-1)).toEqual(["a", 1, "inf"]);
});

test("the text alternative says where each line starts and ends", () => {
  const chart = {
    lines: [{ label: "valid", x: [1, 2, 3], y: [2, 0.5, 1], color: "" }],
    xLabel: "epoch",
    yLabel: "loss",
  };
  expect(linesSummary(chart)).toBe("loss against epoch. valid: from 2 to 1, lowest 0.5000, highest 2.");
});

test("logarithmic axes have few, round ticks inside their domain", () => {
  expect(logTicks([1e-4, 0.3])).toEqual([1e-4, 1e-3, 1e-2, 1e-1]);
  expect(logTicks([1e-17, 10]).length).toBeLessThanOrEqual(8);
  expect(logTicks([2, 30], 8)).toEqual([2, 5, 10, 20]);
});
