// @vitest-environment jsdom
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { parseBundle } from "../../src/data/load";
import { HOSTILE, makeBundles, pageWith } from "../fixtures/bundles.mjs";

test("an empty, broken or newer page says so in a sentence", () => {
  expect(parseBundle("  ")).toMatch(/holds no data/);
  expect(parseBundle("{")).toMatch(/cannot be read/);
  expect(parseBundle("null")).toMatch(/no report/);
  expect(parseBundle('{"schema": 2}')).toMatch(/format 2/);
});

test("what a half-written run lacks is empty", () => {
  const bundle = parseBundle('{"runs": [{"name": "a"}]}');
  if (typeof bundle === "string") throw new Error(bundle);
  expect(bundle.runs[0]).toMatchObject({ name: "a", state: "stopped", metrics: [], summary: null, problems: [] });
  expect(bundle.studies).toEqual([]);
});

test("hostile text survives the page as text", () => {
  const page = '<script type="application/json" id="gradus-data"></script>';
  const html = pageWith(page, makeBundles().hostile);
  expect(html.match(/<\/?script/g)).toHaveLength(2);
  const document = new DOMParser().parseFromString(html, "text/html");
  const bundle = parseBundle(document.getElementById("gradus-data")!.textContent!);
  if (typeof bundle === "string") throw new Error(bundle);
  expect(bundle.runs[0]!.name).toBe(HOSTILE);
});
