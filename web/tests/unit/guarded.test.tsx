// @vitest-environment jsdom
// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { afterEach, expect, test } from "vitest";
import { App } from "../../src/app";
import type { Bundle } from "../../src/data/bundle";
import { parseBundle } from "../../src/data/load";
import { drawAll } from "../../src/figure/draw_queue";
import { Guarded } from "../../src/page/guarded";
import { makeBundles } from "../fixtures/bundles.mjs";
import { mutations } from "../fixtures/mutations.mjs";
import { mounted } from "./mounted";

// Two turns: what a render throws is told by the next one.
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const settled = () => turn().then(turn);
afterEach(settled);

async function shown(bundle: unknown): Promise<HTMLElement> {
  const parsed = parseBundle(JSON.stringify(bundle));
  const root = mounted(
    typeof parsed === "string" ? <p>{parsed}</p> : <Guarded what="page" content={() => <App bundle={parsed} />} />,
  );
  await settled();
  return root;
}

const bundles = makeBundles();
const { peaks } = bundles;
// Of every kind together; GRADUS_MUTATIONS asks for more.
const MUTATIONS = Number(process.env.GRADUS_MUTATIONS ?? 200);

test("a wrongly typed field costs its section, which says so in a sentence, and no other", async () => {
  const broken = structuredClone(peaks);
  broken.runs[0].summary.evaluation.valid.confusion = "none";
  const root = await shown(broken);
  const troubles = [...root.querySelectorAll("main > section > .trouble")];
  expect(troubles.map((trouble) => trouble.closest("section")!.id)).toEqual(["confusion"]);
  expect(troubles[0]!.textContent).toMatch(/^“Confusion matrix” cannot be shown, since .* \(.+\); the rest .*\.$/);
  expect(root.querySelector("#overview strong")!.textContent).toMatch(/%$/);
  expect(root.querySelectorAll("#curves figure").length).toBeGreaterThan(1);
});

test("a figure that cannot be drawn says so, and the others are drawn", async () => {
  const broken = structuredClone(peaks);
  broken.runs[0].analysis.boundary.classes = "%%%";
  const root = await shown(broken);
  drawAll();
  await settled();
  const trouble = [...root.querySelectorAll(".trouble")].map((element) => element.textContent);
  expect(trouble).toHaveLength(1);
  expect(trouble[0]).toMatch(/^“Decision boundary/);
});

test("lists of other things than records are left out and told", async () => {
  const broken = { ...structuredClone(peaks), studies: 5, certificates: [{ name: "c", certificate: "holds" }] };
  (broken.runs[0] as unknown as { metrics: unknown }).metrics = { epoch: 1 };
  const text = (await shown(broken)).textContent!;
  expect(text).toContain("The report's study list is no list of records");
  expect(text).toContain("The report's certificate is no record and was left out.");
  expect(text).toContain("The report's metrics is no list of records");
});

test("whatever field has another type, the page is there", async () => {
  const blank: string[] = [];
  const kinds = Object.values(bundles) as unknown as Bundle[];
  for (const [number, bundle] of kinds.entries()) {
    for (const { place, bundle: mutated } of mutations(bundle, Math.ceil(MUTATIONS / kinds.length), number + 1)) {
      const root = await shown(mutated);
      if (!root.querySelector("main section") && !/no report|format|nothing to show/.test(root.textContent!))
        blank.push(place);
      render(null, root);
    }
  }
  expect(blank).toEqual([]);
}, 1_200_000);
