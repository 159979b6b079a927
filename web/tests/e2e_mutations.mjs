// Bundles with a field of another type in the browser: the page is never blank, and nothing escapes its guards.
// SPDX-License-Identifier: Apache-2.0
import { makeBundles, pageWith } from "./fixtures/bundles.mjs";
import { mutations } from "./fixtures/mutations.mjs";

const KINDS = ["peaks", "labels", "regression", "certificate", "search", "reproduction", "comparison"];
const MUTATIONS = Number(process.env.GRADUS_MUTATIONS ?? 210);

function isBlank() {
  const text = document.getElementById("page").textContent.trim();
  return document.querySelectorAll("h1").length === 0 || text.length < 40;
}

export async function checkMutations(context, built) {
  const bundles = makeBundles();
  const complaints = [];
  const page = await context.newPage();
  let thrown = [];
  page.on("pageerror", (error) => thrown.push(error.message));
  for (const kind of KINDS) {
    for (const { place, bundle } of mutations(bundles[kind], Math.ceil(MUTATIONS / KINDS.length), kind.length)) {
      thrown = [];
      await page.setContent(pageWith(built, bundle));
      await page.evaluate(() => new Promise((next) => setTimeout(next, 20)));
      if (await page.evaluate(isBlank)) complaints.push(`${kind}: blank with ${place}`);
      if (thrown.length > 0) complaints.push(`${kind}: exception with ${place}: ${thrown[0]}`);
    }
  }
  await page.close();
  return complaints;
}
