// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { fitText, fitTexts, spreadPlaces } from "../../src/figure/labels";

test("labels keep their order and their distance, near where they belong", () => {
  expect(spreadPlaces([10, 100], 14, 0, 200)).toEqual([10, 100]);
  expect(spreadPlaces([50, 50], 14, 0, 200)).toEqual([43, 57]);
  const places = spreadPlaces([190, 195, 60, 199, 62], 14, 0, 200);
  const sorted = [...places].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThanOrEqual(14 - 1e-9);
  expect(Math.max(...places)).toBeLessThanOrEqual(200);
  expect(places[0]! < places[1]! && places[1]! < places[3]!).toBe(true);
});

test("a long name is cut with an ellipsis", () => {
  expect(fitText("short", 100)).toBe("short");
  expect(fitText("a very long name of a run", 70)).toBe("a very lo…");
});

test("names that would be equal after a cut lose their beginning instead", () => {
  expect(fitTexts(["runs/experiment-1", "runs/experiment-2"], 70)).toEqual(["…eriment-1", "…eriment-2"]);
  expect(fitTexts(["short", "a very long name of a run"], 70)).toEqual(["short", "a very lo…"]);
  expect(fitTexts(["same name of a run", "same name of a run"], 70)).toEqual(["same name…", "same name…"]);
});
