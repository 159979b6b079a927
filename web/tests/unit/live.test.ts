// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Run } from "../../src/data/bundle";
import { type Entry, firstChoice, followed, lastEpoch, withEpochs } from "../../src/data/live";
import { makeRun } from "../fixtures/run.mjs";

const run = makeRun("a", { epochs: 3 }) as unknown as Run;
const entry = (name: string, state: Entry["state"]): Entry => ({
  name,
  kind: "run",
  state,
  epoch: 1,
  epochs: 9,
  modified: 0,
  last: null,
});

test("epochs that come twice are taken once", () => {
  const metrics = [3, 4, 5].map((epoch) => ({ epoch, train_loss: 1 / epoch }));
  const longer = withEpochs(run, { metrics, statistics: [] });
  expect(longer.metrics.map((line) => line.epoch)).toEqual([1, 2, 3, 4, 5]);
  expect(lastEpoch(longer)).toBe(5);
  expect(lastEpoch(run)).toBe(3);
  expect(withEpochs(longer, { metrics, statistics: [] }).metrics).toBe(longer.metrics);
});

test("the running entry is shown first, and few are followed", () => {
  const entries = [entry("a", "complete"), entry("b", "running"), entry("c", "running")];
  expect(firstChoice(entries)).toEqual(["b"]);
  expect(firstChoice([])).toEqual([]);
  expect(followed(entries, ["a", "b", "c"], 1)).toEqual(["b"]);
  expect(followed(entries, ["a", "c"], 3)).toEqual(["c"]);
});
