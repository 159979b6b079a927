// What a report must hold, each check as a function that returns complaints.
// SPDX-License-Identifier: Apache-2.0
const LEAST_SIZE = 50;
const NARROW = 380;
const LEAST_CONTRAST = 4.5;
const READY_MS = 5000;

/** Waits until every figure has its picture; then all must have size, marks and a text alternative. */
export async function checkFigures(page) {
  const drawn = () => {
    const frames = [...document.querySelectorAll("figure .picture")];
    return frames.length > 0 && frames.every((frame) => frame.querySelector("svg"));
  };
  try {
    await page.waitForFunction(drawn, undefined, { timeout: READY_MS });
  } catch {
    return ["some figure was not drawn in time"];
  }
  return page.evaluate((least) => {
    const complaints = [];
    for (const figure of document.querySelectorAll("figure")) {
      const title = figure.querySelector(".figure-title").textContent;
      const frame = figure.querySelector(".picture");
      const { width, height } = frame.querySelector("svg").getBoundingClientRect();
      if (width < least || height < least) complaints.push(`${title}: ${width} x ${height} pixels`);
      const marks = frame.querySelectorAll("path[d], circle, rect[width], image[href]").length;
      if (marks === 0) complaints.push(`${title}: no marks`);
      for (const path of frame.querySelectorAll("path")) {
        if (/NaN|undefined/.test(path.getAttribute("d") ?? "")) complaints.push(`${title}: a path without numbers`);
      }
      if (frame.getAttribute("role") !== "img" || (frame.getAttribute("aria-label") ?? "").length < title.length + 10) {
        complaints.push(`${title}: no text alternative`);
      }
    }
    if (document.querySelectorAll("h1").length !== 1) complaints.push("there must be one h1");
    let level = 1;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) complaints.push(`heading "${heading.textContent}" skips a level`);
      level = next;
    }
    return complaints;
  }, LEAST_SIZE);
}

/** Puts saved files where the checks can read them, instead of into a folder. */
function catchSaves() {
  const original = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function click() {
    if (!this.download) original.call(this);
  };
  URL.createObjectURL = (blob) => {
    window.savedText = blob.text();
    window.savedBlob = blob;
    return "blob:caught";
  };
}

/** Everything that carries data: paths, positions, sizes, texts, in order. */
function geometry(svg) {
  const transient = "[aria-label=tip], [data-transient], style";
  for (const element of svg.querySelectorAll(transient)) element.remove();
  const names = ["d", "cx", "cy", "r", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "transform", "href"];
  return [...svg.querySelectorAll("*")]
    .filter((element) => !(element.tagName === "rect" && element.getAttribute("width") === "100%"))
    .map((element) => {
      // What XML cannot hold is saved as a mark of its own.
      const text = element.children.length === 0 ? element.textContent.replace(/[\p{Cc}\ufffd]/gu, "?") : "";
      return [element.tagName, text, ...names.map((name) => element.getAttribute(name))].join("|");
    })
    .join("\n");
}

function compareSaved(source) {
  const read = new Function(`return ${source}`)();
  return [...document.querySelectorAll("figure")].map(async (figure) => {
    const save = (kind) => {
      [...figure.querySelectorAll(".save button")].find((button) => button.textContent === kind).click();
      return window.savedText;
    };
    const complaints = [];
    const title = figure.querySelector(".figure-title").textContent;
    const [svg, csv] = [await save("SVG"), await save("CSV")];
    if (/var\(--|currentColor|class=/.test(svg)) complaints.push(`${title}: the saved SVG needs a style sheet`);
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
    const shown = figure.querySelector(".picture svg").cloneNode(true);
    const same = !parsed.querySelector("parsererror") && read(parsed.documentElement) === read(shown);
    if (!same) complaints.push(`${title}: the saved SVG differs from the shown one`);
    if (csv.trim().split("\r\n").length < 2) complaints.push(`${title}: the CSV has no rows`);
    return complaints;
  });
}

/** The saved SVG of every figure is the shown one with explicit colours, and its CSV has rows. */
export async function checkSaved(page) {
  await page.evaluate(catchSaves);
  const found = await page.evaluate(`Promise.all((${compareSaved})(${JSON.stringify(geometry.toString())}))`);
  return found.flat();
}

/** The first figure's PNG; after checkSaved, which catches what is saved. */
export async function checkPng(page) {
  const start = await page.evaluate(async () => {
    window.savedBlob = undefined;
    [...document.querySelectorAll("figure .save button")].find((button) => button.textContent === "PNG").click();
    for (let i = 0; i < 200 && !window.savedBlob; i++) await new Promise((next) => setTimeout(next, 50));
    if (!window.savedBlob) return [];
    return [...new Uint8Array(await window.savedBlob.slice(0, 4).arrayBuffer()), window.savedBlob.size];
  });
  return start.slice(0, 4).join() === "137,80,78,71" && start[4] > 1000 ? [] : ["the saved PNG is none"];
}

/** Tab reaches every control, and each shows its focus. Walked from the top, before anything was clicked. */
export async function checkKeyboard(page) {
  const complaints = [];
  const count = await page.evaluate(() => {
    return [...document.querySelectorAll("a[href], button:enabled, input, select, summary, [tabindex='0']")].filter(
      (element) => !(element.type === "radio" && !element.checked),
    ).length;
  });
  const seen = new Set();
  for (let i = 0; i < count + 5; i++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      element.dataset.walked ??= String(document.querySelectorAll("[data-walked]").length);
      const style = getComputedStyle(element);
      const name =
        element.getAttribute("aria-label") || element.textContent || element.closest("label")?.textContent || "";
      return {
        id: element.dataset.walked,
        name: name.trim(),
        outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
      };
    });
    if (!focus) break;
    if (!focus.outline) complaints.push(`"${focus.name}" does not show its focus`);
    if (focus.name === "") complaints.push("a control has no name");
    seen.add(focus.id);
  }
  if (seen.size < count) complaints.push(`Tab reaches ${seen.size} of ${count} controls`);
  return complaints;
}

/** Contrast of every text with the page, for colours as they are computed. */
function lowContrasts(least) {
  const parse = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const element of document.querySelectorAll("main *, header *, nav *")) {
    const ownText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!ownText || element.disabled || element.closest("title, option")) continue;
    const style = getComputedStyle(element);
    const color = parse(element instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [luminance(color), luminance(background(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < least)
      found.add(`"${element.textContent.trim().slice(0, 30)}" has too little contrast`);
  }
  return [...found];
}

/** Light, dark and narrow: contrast, no sideways scrolling, and pictures for people where a folder is given. */
export async function checkLooks(page, stem) {
  const complaints = [];
  for (const [name, width, scheme] of [
    ["light", 1280, "light"],
    ["dark", 1280, "dark"],
    ["narrow", NARROW, "light"],
  ]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.waitForTimeout(150);
    const low = await page.evaluate(lowContrasts, LEAST_CONTRAST);
    complaints.push(...low.slice(0, 5).map((text) => `${name}: ${text}`));
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (scroll > 0) complaints.push(`${name}: the page is ${scroll} pixels wider than its window`);
    if (stem) await page.screenshot({ path: `${stem}-${name}.png`, fullPage: true });
  }
  return complaints;
}

/** Filters and sorting of the table of trials. */
export async function checkTrials(page) {
  const complaints = [];
  const rows = () => page.$$eval(".trials tbody tr", (list) => list.map((row) => row.textContent));
  await page.fill("input[aria-label='Filter state']", "failed");
  await page.waitForTimeout(100);
  const failed = await rows();
  if (failed.length === 0 || failed.some((row) => !row.includes("failed")))
    complaints.push("the filter of states does not work");
  await page.fill("input[aria-label='Filter state']", "");
  await page.click(".trials th button:has-text('trial')");
  await page.waitForTimeout(100);
  if (!(await rows())[0].startsWith("0")) complaints.push("sorting by number does not work");
  return complaints;
}

/** Hostile text is shown letter by letter and does nothing. */
export async function checkHostile(page, text) {
  const complaints = [];
  if (await page.evaluate(() => "stolen" in window)) complaints.push("a name was run as a script");
  const heading = await page.$eval("h1", (element) => element.textContent);
  if (heading !== text) complaints.push("the title is not shown as it is");
  if (await page.$("main script, main img")) complaints.push("a name became an element");
  return complaints;
}
