// The page: reads the data in it, draws it, and says in a sentence what is wrong where it cannot.
// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { App } from "./app";
import { parseBundle } from "./data/load";
import { drawAll } from "./figure/draw_queue";
import { LivePage } from "./live/live_page";
import { Guarded } from "./page/guarded";
import "./style/page.css";
import "./style/tables.css";
import "./style/figures.css";
import "./style/print.css";

const bundle = parseBundle(document.getElementById("gradus-data")?.textContent ?? "");
const page = document.getElementById("page")!;
if (typeof bundle === "string") {
  render(
    <main>
      <h1>Gradus</h1>
      <p>{bundle}</p>
    </main>,
    page,
  );
} else {
  document.title = bundle.title;
  const whole = () => (bundle.live ? <LivePage bundle={bundle} /> : <App bundle={bundle} />);
  render(<Guarded what={bundle.title} content={whole} />, page);
}
window.addEventListener("beforeprint", drawAll);
