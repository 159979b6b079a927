// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Study } from "../../src/data/bundle";
import {
  bestSoFar,
  filterTrials,
  parameterAxis,
  parseFilter,
  sortTrials,
  trialColumns,
  worstFirst,
} from "../../src/data/study";
import { axisTitle } from "../../src/study/parallel";
import { makeStudy } from "../fixtures/study.mjs";

const study = makeStudy({ trials: 60 }) as Study;
const columns = trialColumns(study);
const columnOf = (key: string) => columns.find((column) => column.key === key)!;

test("filters compare numbers, bound them, and search texts", () => {
  expect(parseFilter(">= 0.5")(0.5)).toBe(true);
  expect(parseFilter("< 1e-3")(0.01)).toBe(false);
  expect(parseFilter("0.1..0.5")(0.3)).toBe(true);
  expect(parseFilter("0.1 .. 0.5")(0.6)).toBe(false);
  expect(parseFilter("= 3")(3)).toBe(true);
  expect(parseFilter("AD")("adam")).toBe(true);
  expect(parseFilter(">= 0.5")(null)).toBe(false);
  expect(parseFilter("")(null)).toBe(true);
});

test("every filter must let a trial through", () => {
  const shown = filterTrials(study.trials, columns, { state: "complete", "setting:depth": "= 2" });
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.every((trial) => trial.state === "complete" && trial.setting.depth === 2)).toBe(true);
  expect(filterTrials(study.trials, columns, {})).toHaveLength(60);
});

test("trials without a value come last in either direction", () => {
  for (const descending of [false, true]) {
    const sorted = sortTrials(study.trials, columnOf("value"), descending);
    const values = sorted.map((trial) => trial.value).filter((value) => value !== null) as number[];
    expect(sorted.slice(values.length).every((trial) => trial.value === null)).toBe(true);
    for (let i = 1; i < values.length; i++) {
      expect((values[i]! - values[i - 1]!) * (descending ? -1 : 1)).toBeGreaterThanOrEqual(0);
    }
  }
});

test("the best so far never gets worse and ends at the best trial", () => {
  const { y } = bestSoFar(study);
  for (let i = 1; i < y.length; i++) expect(y[i]!).toBeGreaterThanOrEqual(y[i - 1]!);
  expect(y.at(-1)).toBe(study.best!.value);
  expect(
    worstFirst(
      study,
      study.trials.filter((trial) => trial.state === "complete"),
    ).at(-1)!.number,
  ).toBe(study.best!.number);
  const losses = bestSoFar({ ...study, larger_is_better: false }).y;
  for (let i = 1; i < losses.length; i++) expect(losses[i]!).toBeLessThanOrEqual(losses[i - 1]!);
});

test("axes place lists evenly, ranges by value or ratio, and nothing where there is no parameter", () => {
  const axis = (name: string) => parameterAxis(study.parameters.find((p) => p.name === name)!, String);
  expect(axis("training.batch_size").place(32)).toBe(0.5);
  expect(axis("training.learning_rate").place(Math.sqrt(1e-4 * 0.3))).toBeCloseTo(0.5, 12);
  expect(axis("depth").place(3)).toBe(1);
  expect(axis("training.momentum").place(null)).toBeNull();
});

test("an axis whose title has no room loses its table first, then the beginning of its name", () => {
  expect(axisTitle("training.learning_rate", 200)).toBe("training.learning_rate");
  expect(axisTitle("training.learning_rate", 100)).toBe("learning_rate");
  expect(axisTitle("training.learning_rate", 60)).toBe("…ng_rate");
});
