// @vitest-environment jsdom
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { Comparison } from "../../src/compare/comparison";
import type { Run, Study } from "../../src/data/bundle";
import { metricsOf } from "../../src/data/curves";
import { lossText } from "../../src/data/loss";
import { evaluated, MEASURES, measuresText } from "../../src/data/measures";
import { Details } from "../../src/run/details";
import { Headline, headlineText } from "../../src/run/headline";
import { RunsTable } from "../../src/run/runs_table";
import { Scores } from "../../src/run/scores";
import { StudyView } from "../../src/study/study";
import { COUNTS, QUANTILE } from "../fixtures/network.mjs";
import { makeRun, withUnequalClasses, withWeights } from "../fixtures/run.mjs";
import { makeStudy } from "../fixtures/study.mjs";
import { mounted } from "./mounted";

const quantile = makeRun("quantile", { kind: "regression", network: QUANTILE }) as unknown as Run;
const counts = makeRun("counts", { kind: "regression", network: COUNTS }) as unknown as Run;
const wine = makeRun("wine", { kind: "regression" }) as unknown as Run;
const points = makeRun("points") as unknown as Run;

function rowsOf(root: HTMLElement, table: string): string[] {
  const rows = [...root.querySelectorAll(`${table} tbody tr`)];
  return rows.map((row) => [...row.children].map((cell) => cell.textContent).join(" | "));
}

test("the scores have the measures of quantiles and counts, and says which way is better", () => {
  const smaller = "↓, smaller is better";
  expect(rowsOf(mounted(<Scores run={quantile} />), ".scores")).toContain(
    `pinball loss ${smaller} | 0.06250 | 0.06250`,
  );
  expect(rowsOf(mounted(<Scores run={counts} />), ".scores")).toContain(`Poisson deviance ${smaller} | 1.125 | 1.125`);
  const plain = rowsOf(mounted(<Scores run={wine} />), ".scores");
  expect(plain).toContain("R² ↑, larger is better | 0.4100 | 0.4100");
  expect(plain.join()).not.toMatch(/pinball|deviance/);
});

test("larger is better for shares, areas and R² only", () => {
  const larger = MEASURES.filter((measure) => measure.largerIsBetter).map((measure) => measure.key);
  expect(larger).toEqual(["accuracy", "top_k", "balanced_accuracy", "macro_f1", "macro_roc_auc", "r2"]);
});

const told = (run: Run) => mounted(<Headline run={run} />).textContent;

test("a run is known by what a person would quote, of the last part that it has", () => {
  expect(told(quantile)).toBe(": 0.06250 pinball loss on the validation part");
  expect(told(counts)).toBe(": 1.125 Poisson deviance on the validation part");
  expect(told(wine)).toBe(": 0.4100 R² and 0.4600 MAE of quality on the validation part");
  expect(told(points)).toMatch(/^: 9\d\.\d\d\u202f% accuracy on the validation part$/);
  expect(told(makeRun("digits", { kind: "pictures" }) as unknown as Run)).toMatch(/accuracy on the test part$/);
  const labels = makeRun("labels", { kind: "labels" }) as unknown as Run;
  expect(told(labels)).toBe(": 87.50\u202f% subset accuracy and 0.9250 macro F1 on the test part");
  expect(told({ ...counts, summary: null })).toMatch(/ loss on the validation part$/);
  expect(told({ ...counts, summary: null, metrics: [] })).toBe("");
});

test("balanced accuracy stands beside accuracy where classes are very unequal, weighted values beside all", () => {
  const unequal = withUnequalClasses(points) as unknown as Run;
  expect(told(unequal)).toMatch(
    /accuracy and 81\.25\u202f% balanced accuracy on the validation part, where 69\.2\u202f% of the rows are “0”$/,
  );
  expect(told(withUnequalClasses(points, 2) as unknown as Run)).not.toContain("balanced");
  const weighted = withWeights(points) as unknown as Run;
  expect(told(weighted)).toContain("accuracy (68.75\u202f% weighted) on the");
  const rows = rowsOf(mounted(<Scores run={weighted} />), ".scores");
  expect(rows[1]).toMatch(/^accuracy ↑, larger is better \| .* \| 68\.75\u202f% \| .* \| 68\.75\u202f%$/);
});

test("the table of runs has the same figures", () => {
  expect(headlineText(wine)).toBe("0.4100 R², 0.4600 MAE (valid)");
  const nothing = () => {};
  const table = mounted(
    <RunsTable
      runs={[quantile, counts]}
      colors={["red", "blue"]}
      drawn={[true, true]}
      detail={0}
      onDraw={nothing}
      onDetail={nothing}
    />,
  );
  expect(rowsOf(table, "table").map((row) => /pinball loss|Poisson deviance/.exec(row)?.[0])).toEqual([
    "pinball loss",
    "Poisson deviance",
  ]);
});

test("two runs are compared by every measure that one of them has", () => {
  const better = structuredClone(quantile);
  better.summary!.evaluation.valid!.pinball_loss = 0.05;
  const rows = rowsOf(mounted(<Comparison runs={[quantile, better]} colors={["red", "blue"]} />), "table");
  expect(rows).toContain("valid pinball loss ↓, smaller is better | 0.06250 | 0.05000 | −0.01250");
  expect(rows).toContain("valid R² ↑, larger is better | 0.4100 | 0.4100 | equal");
  const mixed = rowsOf(mounted(<Comparison runs={[quantile, counts]} colors={["red", "blue"]} />), "table");
  expect(mixed).toContain("train Poisson deviance ↓, smaller is better | – | 1.125 | –");
});

test("a search tells every measure of the test part", () => {
  const test = { loss: 0.25, rows: 100, r2: 0.5, mae: 0.4, rmse: 0.75, pinball_loss: 0.125 };
  expect(measuresText(test)).toBe("loss 0.2500, R² 0.5000, RMSE 0.7500, MAE 0.4000, pinball loss 0.1250");
  expect(evaluated(test, "poisson_deviance")).toBeUndefined();
  const study = { ...makeStudy({ trials: 20 }), objective: "valid_loss", larger_is_better: false, test } as Study;
  const text = mounted(<StudyView study={study} name="s" />).textContent!;
  expect(text).toContain("measured once, 0.1250 pinball loss");
  expect(text).toContain(measuresText(test));
});

test("curves are those of the measures that lines of metrics hold", () => {
  expect(metricsOf([quantile, counts])).toEqual(["loss", "learning_rate"]);
  const recorded = structuredClone(counts);
  for (const line of recorded.metrics) line.valid_poisson_deviance = 1;
  expect(metricsOf([recorded])).toEqual(["loss", "poisson_deviance", "learning_rate"]);
});

test("a loss is told with the numbers that belong to it", () => {
  const text = (values: Record<string, string>) =>
    lossText(Object.entries(values).map(([key, value]) => ({ key, value, default: "", doc: "" })));
  const numbers = { "network.quantile": "0.9", "network.focal_gamma": "2.0", "network.huber_delta": "1.0" };
  expect(text({ ...numbers, "network.loss": "quantile" })).toBe("quantile, q = 0.9");
  expect(text({ ...numbers, "network.loss": "binary_focal" })).toBe("binary focal, gamma = 2");
  expect(text({ ...numbers, "network.loss": "huber" })).toBe("huber, delta = 1");
  expect(text({ ...numbers, "network.loss": "poisson" })).toBe("poisson");
  expect(text({ "network.loss": "cross_entropy", "network.label_smoothing": "0.1" })).toBe(
    "cross entropy, label smoothing = 0.1",
  );
  expect(text({ "network.loss": "mse", "network.label_smoothing": "0.0", "network.loss_floor_kind": "exact" })).toBe(
    "mean squared error",
  );
  expect(
    text({ "network.loss": "cross_entropy", "network.loss_floor_kind": "add", "network.loss_floor": "1e-08" }),
  ).toBe("cross entropy, added floor = 10⁻⁸");
  expect(text({})).toBeNull();
  expect(mounted(<Details run={quantile} />).textContent).toContain("quantile, q = 0.9");
});
