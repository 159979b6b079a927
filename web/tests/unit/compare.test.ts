// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Run } from "../../src/data/bundle";
import { compareConfigs, firstDifferentEpoch, sameBits } from "../../src/data/compare";
import { makeRun } from "../fixtures/run.mjs";

const left = makeRun("a") as unknown as Run;

test("a repeated run differs in times only, so in no epoch", () => {
  const again = structuredClone(left);
  for (const line of again.metrics) line.seconds = 99;
  expect(firstDifferentEpoch(left, again)).toBeNull();
  again.metrics[7]!.valid_loss = Number(again.metrics[7]!.valid_loss) * (1 + 2 ** -52);
  expect(firstDifferentEpoch(left, again)).toBe(8);
});

test("configurations are compared key by key, absent keys too", () => {
  const right = makeRun("b", { changes: { "training.epochs": "99" } }) as unknown as Run;
  right.config.push({ key: "new.key", value: "1", default: "0", doc: "" });
  const differing = compareConfigs(left, right).filter((row) => row.differs);
  expect(differing.map((row) => [row.key, row.left, row.right])).toEqual([
    ["training.epochs", "30", "99"],
    ["new.key", null, "1"],
  ]);
});

test("bits are equal, different or unknown", () => {
  expect(sameBits("ab", "ab")).toBe(true);
  expect(sameBits("ab", "ac")).toBe(false);
  expect(sameBits("ab", undefined)).toBeNull();
});
