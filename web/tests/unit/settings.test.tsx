// @vitest-environment jsdom
// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { CertificateView } from "../../src/certificate/certificate";
import { certificateVerdict } from "../../src/certificate/verdict";
import type { Certificate, Run, Study } from "../../src/data/bundle";
import { drawLines } from "../../src/figure/lines";
import { configurationSentence, sourceOf } from "../../src/run/configuration";
import { rocChart } from "../../src/run/roc";
import { Importance, importanceShares } from "../../src/study/importance";
import { makeCertificate } from "../fixtures/certificate.mjs";
import { makeRun } from "../fixtures/run.mjs";
import { makeStudy } from "../fixtures/study.mjs";
import { mounted } from "./mounted";

const run = makeRun("points") as unknown as Run;

test("what somebody set is told from what was chosen for the data", () => {
  const source = (key: string) => sourceOf(run.config.find((entry) => entry.key === key)!);
  expect(source("training.epochs")).toBe("set");
  expect(source("training.seed")).toBe("set");
  expect(source("training.learning_rate")).toBe("chosen");
  expect(source("network.dropout")).toBe("default");
  expect(configurationSentence(run.config)).toBe(
    "5 of 20 keys were set (2 of them to the default); 4 others were chosen for the data.",
  );
  const old = run.config.map(({ stated: _, ...entry }) => entry);
  expect(configurationSentence(old)).toBe("7 of 20 keys differ from their default, set or chosen for the data.");
});

test("ROC curves go by the names of their classes, the largest area first", () => {
  const curves = [0.7, 0.99, "nan", 0.9].map((auc, k) => ({
    class: k,
    auc,
    false_positive: [0, 1],
    true_positive: [0, 1],
  }));
  const { lines } = rocChart(curves, ["ant", "bee", "cat", "dog"]);
  expect(lines.map((line) => line.label)).toEqual(["0.9900  bee", "0.9000  dog", "0.7000  ant", "–  cat", "chance"]);
  expect(new Set(lines.map((line) => line.color)).size).toBe(5);
  expect(rocChart(curves, undefined).lines[0]!.label).toBe("0.9900  1");
  const svg = drawLines(rocChart(curves, ["ant", "bee", "cat", "dog"]), 480);
  svg.querySelectorAll("g[aria-label=text]")[1]!.dispatchEvent(new Event("pointerenter"));
  const faded = [...svg.querySelectorAll("g[aria-label=line]")].map((line) => line.hasAttribute("opacity"));
  expect(faded).toEqual([true, false, true, true, true]);
});

test("importance has error bars, and the rest is interactions and chance", () => {
  const study = makeStudy({ trials: 40 }) as unknown as Study;
  const shares = importanceShares(study);
  expect(shares.map(({ share }) => share).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(shares.at(-1)).toMatchObject({ name: "interactions and chance", rest: true });
  expect(shares[1]!.error).toBe(0.05);
  const full = { ...study, importance: study.importance.map((entry) => ({ ...entry, share: 0.9, error: undefined })) };
  expect(importanceShares(full).at(-1)!.share).toBe(0);
  const none = mounted(<Importance study={{ ...study, importance: [] }} of="s" />);
  expect(none.textContent).toContain("it needs more complete trials than the");
});

test("a certificate that holds but tells little says why", () => {
  const weak = makeCertificate({ weak: ["a gradient of 0 would pass"] }) as unknown as Certificate;
  expect(certificateVerdict(weak)).toMatch(/^holds: .* hold, but it is weak, because a gradient of 0 would pass\.$/);
  const view = mounted(<CertificateView certificate={weak} name="c" />);
  expect(view.querySelector(".verdict")!.textContent).toMatch(/Weak, because a gradient of 0 would pass\.$/);
  const { weak: _, ...old } = weak;
  expect(certificateVerdict(old as Certificate)).toMatch(/claims hold\.$/);
  const failing = makeCertificate({ failing: true, weak: ["x"] }) as unknown as Certificate;
  expect(certificateVerdict(failing)).not.toContain("weak");
});
