// Opens reports in a headless browser and looks at them as a reader would; README.md says how to run it.
// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  checkFigures,
  checkHostile,
  checkKeyboard,
  checkLooks,
  checkPng,
  checkSaved,
  checkTrials,
} from "./e2e_checks.mjs";
import { checkLive } from "./e2e_live.mjs";
import { checkMutations } from "./e2e_mutations.mjs";
import { checkHighlight, checkReadings } from "./e2e_pointer.mjs";
import { HOSTILE, makeBundles, pageWith } from "./fixtures/bundles.mjs";

const SKIPPED = 77; // what ctest is told by SKIP_RETURN_CODE
const BROWSERS = [
  process.env.GRADUS_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-sync",
  "--no-first-run",
  "--disable-extensions",
];

function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(SKIPPED);
}

function builtPage() {
  const built = fileURLToPath(new URL("../dist/index.html", import.meta.url));
  if (!existsSync(built)) skip(`there is no ${built}; \`npm run build\` makes it`);
  return readFileSync(built, "utf8");
}

/** Files that were named, else the built page with each fixture. */
function reports(folder) {
  const named = process.argv.slice(2);
  if (named.length > 0) return named.map((file) => ({ name: basename(file, ".html"), file: resolve(file) }));
  const page = builtPage();
  return Object.entries(makeBundles()).map(([name, bundle]) => {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, pageWith(page, bundle));
    return { name, file };
  });
}

async function checkReport(context, { name, file }, pictures) {
  const complaints = [];
  const page = await context.newPage();
  page.on(
    "console",
    (message) => ["error", "warning"].includes(message.type()) && complaints.push(`console: ${message.text()}`),
  );
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  const checks = [checkFigures, checkKeyboard, checkSaved, checkPng];
  if (["peaks", "mnist", "regression"].includes(name)) checks.push(checkReadings);
  if (name === "mnist") checks.push(checkHighlight);
  if (name === "search") checks.push(checkTrials);
  if (name === "hostile") checks.push((shown) => checkHostile(shown, HOSTILE));
  for (const check of [...checks, (shown) => checkLooks(shown, pictures && join(pictures, name))]) {
    complaints.push(...(await check(page).catch((error) => [String(error.message).split("\n")[0]])));
  }
  await page.close();
  return complaints;
}

const executablePath = BROWSERS.find((path) => path && existsSync(path));
if (!executablePath) skip("there is no chromium");
const { chromium } = await import("playwright-core").catch(() =>
  skip("playwright-core is not installed; `npm ci` does that"),
);

const folder = mkdtempSync(join(tmpdir(), "gradus-e2e-"));
const pictures = process.env.GRADUS_SCREENSHOTS;
if (pictures) mkdirSync(pictures, { recursive: true });
let failures = 0;
// A profile of its own, so that no setting of the user's browser takes part.
const context = await chromium.launchPersistentContext(join(folder, "profile"), {
  executablePath,
  args: FLAGS,
  acceptDownloads: true,
});
const tell = (name, complaints) => {
  console.log(`${complaints.length === 0 ? "ok    " : "FAILED"} ${name}`);
  for (const complaint of complaints) console.log(`       ${complaint}`);
  failures += complaints.length;
};
try {
  for (const report of reports(folder)) tell(report.name, await checkReport(context, report, pictures));
  if (process.argv.length === 2) {
    tell("live", await checkLive(context, builtPage()));
    tell("mutations", await checkMutations(context, builtPage()));
  }
} finally {
  await context.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);
