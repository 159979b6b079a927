// What figures tell the pointer: every series at one x, and the ROC curve that is asked for.
// SPDX-License-Identifier: Apache-2.0

const WAIT_MS = 150;

/** In the middle of the first figure of curves the tip names every line that has a label there. */
export async function checkReadings(page) {
  const figure = page.locator("#curves figure").first();
  const svg = figure.locator(".picture svg");
  await svg.scrollIntoViewIfNeeded();
  const box = await svg.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForTimeout(WAIT_MS);
  const told = await svg.locator("[aria-label=tip]").textContent();
  const labels = await svg.locator("g[aria-label=text] text").allTextContents();
  await page.mouse.move(0, 0);
  const missing = labels.filter((label) => !told.includes(`${label}: `));
  return missing.map((label) => `the pointer is not told "${label}", but: ${told}`);
}

/** The name of a class under the pointer fades all curves but its own, and leaving it brings them back. */
export async function checkHighlight(page) {
  const svg = page.locator("figure", { has: page.locator("text='ROC'") }).locator(".picture svg");
  const labels = svg.locator("g[aria-label=text] text");
  const faded = () => svg.locator("g[aria-label=line][opacity]").count();
  const lines = await svg.locator("g[aria-label=line]").count();
  await labels.nth(1).hover();
  await page.waitForTimeout(WAIT_MS);
  const shown = await faded();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(WAIT_MS);
  const after = await faded();
  const complaints = [];
  if (shown !== lines - 1) complaints.push(`${shown} of ${lines} ROC curves fade beside the one that is asked for`);
  if (after !== 0) complaints.push(`${after} ROC curves stay faded`);
  return complaints;
}
