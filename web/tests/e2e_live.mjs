// The live view against a small server that behaves as docs/report.md says, with the content security policy of the real one.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { makeRun } from "./fixtures/run.mjs";

const NAME = "runs/live one & <b>";
const EPOCHS = 40;
const EVENT_MS = 150;
const PATIENCE_MS = 8000;

function policy(page) {
  const script = /<script>([\s\S]*)<\/script>/.exec(page)[1];
  const hash = createHash("sha256").update(script).digest("base64");
  return `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'`;
}

/** A run that has `known` epochs and gains one with every event. */
function startServer(page) {
  const run = makeRun(NAME, { epochs: EPOCHS });
  let known = 3;
  const stops = [];
  const entry = () => ({
    name: NAME,
    kind: "run",
    state: "running",
    epoch: known,
    epochs: EPOCHS,
    modified: 1.7e9,
    last: run.metrics[known - 1],
  });
  const bundle = (parts) => ({ schema: 1, version: "0.1.0", title: "Live", live: true, control: true, ...parts });
  const current = () => ({
    ...run,
    state: "running",
    summary: null,
    analysis: null,
    metrics: run.metrics.slice(0, known),
    statistics: run.statistics.slice(0, known),
  });
  const events = (response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const send = (event, data) => response.write(`event: ${event}\nid: ${known}\ndata: ${JSON.stringify(data)}\n\n`);
    send("state", { state: "running" });
    const timer = setInterval(() => {
      known = Math.min(EPOCHS, known + 1);
      send("epochs", { metrics: [run.metrics[known - 1]], statistics: [run.statistics[known - 1]] });
      send("progress", {
        epoch: known,
        epochs: EPOCHS,
        batch: 5,
        num_batches: 10,
        loss: 0.5,
        samples_per_second: 1e5,
        seconds_left: 3,
      });
    }, EVENT_MS);
    response.on("close", () => clearInterval(timer));
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const json = (value) => response.setHeader("Content-Type", "application/json").end(JSON.stringify(value));
    if (pathname === "/token/events") events(response);
    else if (pathname === "/token/runs")
      json({ schema: 1, folder: "runs", control: true, runs: [entry()], left_out: 2 });
    else if (pathname === "/token/data") json(bundle({ runs: [current()] }));
    else if (pathname === "/token/stop" && request.method === "POST") {
      stops.push(request.url);
      response.writeHead(202).end();
    } else if (pathname === "/token/") {
      response.setHeader("Content-Type", "text/html; charset=utf-8").setHeader("Content-Security-Policy", policy(page));
      response.end(
        page.replace('id="gradus-data"></script>', () => `id="gradus-data">${JSON.stringify(bundle({}))}</script>`),
      );
    } else response.writeHead(404).end("there is no such address");
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready({ server, stops })));
}

const lossPath = () => document.querySelector("#curves figure .picture g[aria-label=line] path")?.getAttribute("d");

/** The page follows the run without ever being empty, asks to stop it, and survives the end of the server. */
export async function checkLive(context, builtPage) {
  const complaints = [];
  const { server, stops } = await startServer(builtPage);
  const origin = `http://127.0.0.1:${server.address().port}/`;
  const page = await context.newPage();
  let gone = false;
  page.on("console", (message) => !gone && message.type() === "error" && complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
      complaints.push(`request to ${request.url()}`);
  });
  // Not waitForFunction: that evaluates text inside the page, which the policy forbids as it should.
  const wait = async (condition, argument) => {
    const end = Date.now() + PATIENCE_MS;
    while (!(await page.evaluate(condition, argument))) {
      if (Date.now() > end) throw new Error(`waited in vain for ${condition}`);
      await page.waitForTimeout(50);
    }
  };
  try {
    await page.goto(`${origin}token/`);
    await wait(() => document.querySelector("#curves figure .picture svg"));
    await page.evaluate(() => {
      window.emptied = 0;
      const frame = document.querySelector("#curves figure .picture");
      new MutationObserver(() => {
        if (!frame.querySelector("svg")) window.emptied++;
      }).observe(frame, { childList: true });
    });
    for (let update = 0; update < 3; update++) {
      const before = await page.evaluate(lossPath);
      const end = Date.now() + PATIENCE_MS;
      while ((await page.evaluate(lossPath)) === before) {
        if (Date.now() > end) throw new Error("the figure does not follow the run");
        await page.waitForTimeout(50);
      }
    }
    if (await page.evaluate(() => window.emptied)) complaints.push("the figure flickers");
    if (!(await page.textContent("#folder")).includes(NAME)) complaints.push("the list lacks the run");
    await page.click("button:text-is('Stop')");
    await wait(() => document.body.textContent.includes("Asked to stop"));
    if (!stops[0]?.includes(encodeURIComponent(NAME))) complaints.push("the server was not asked to stop the run");
    gone = true;
    server.close();
    server.closeAllConnections();
    await wait(() => document.querySelector(".trouble")?.textContent.includes("does not answer"));
    if (!(await page.evaluate(lossPath))) complaints.push("the figures went away with the server");
  } catch (error) {
    complaints.push(String(error.message).split("\n")[0]);
  } finally {
    server.close();
    server.closeAllConnections();
    await page.close();
  }
  return complaints;
}
