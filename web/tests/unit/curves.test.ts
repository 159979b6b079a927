// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Run } from "../../src/data/bundle";
import { metricLines, metricsOf } from "../../src/data/curves";
import { linesSummary, linesTable } from "../../src/figure/lines";
import { readings } from "../../src/figure/readings";
import { evenAxis, evenTicks, logTicks } from "../../src/figure/ticks";
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

test("even ticks are multiples of one step of 1, 2 or 5, whole where the values are", () => {
  expect(evenTicks([1, 20], 5)).toEqual([5, 10, 15, 20]);
  expect(evenTicks([1, 3], 8)).toEqual([1, 1.5, 2, 2.5, 3]);
  expect(evenTicks([1, 3], 8, true)).toEqual([1, 2, 3]);
  expect(evenTicks([-0.3, 0.3], 3)).toEqual([-0.2, 0, 0.2]);
  expect(evenTicks([5, 5], 4)).toEqual([5]);
  expect(evenTicks([Number.NaN, 1], 4)).toEqual([]);
  expect(evenAxis([0.13, 0.87], 4)).toEqual({ domain: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] });
  expect(evenAxis([0.8528, 0.9537], 5.1)).toMatchObject({ domain: [0.84, 0.96], ticks: { length: 7 } });
  for (const most of [2, 3, 5, 7, 9]) {
    for (const domain of [
      [0, 1],
      [3, 17.5],
      [1e-7, 3e-7],
      [-1e6, 2e6],
    ] as [number, number][]) {
      const ticks = evenTicks(domain, most);
      const steps = ticks.slice(1).map((tick, i) => (tick - ticks[i]!) / (ticks[1]! - ticks[0]!));
      expect(steps.every((step) => Math.abs(step - 1) < 1e-9)).toBe(true);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
    }
  }
});

test("a logarithmic axis inside one decade still has ticks", () => {
  expect(logTicks([0.42, 0.48])).toEqual([0.42, 0.43, 0.44, 0.45, 0.46, 0.47, 0.48].filter((_, i) => i % 2 === 0));
});

test("the pointer is told every series at its x", () => {
  const chart = {
    lines: [
      { label: "train", x: [1, 2, 3], y: [2, 0.5, 1], color: "" },
      { label: "valid", x: [1, 3], y: [0.25, 0.75], color: "" },
      { label: "test", x: [2], y: [Number.NaN], color: "" },
    ],
    xLabel: "epoch",
    yLabel: "loss",
  };
  const points = chart.lines.map((line, index) => line.x.map((x, i) => ({ x, y: line.y[i]!, line, index })));
  expect(readings(chart, points).map(({ text }) => text)).toEqual([
    "epoch 1\ntrain: 2\nvalid: 0.25000",
    "epoch 2\ntrain: 0.50000",
    "epoch 3\ntrain: 1\nvalid: 0.75000",
  ]);
});
