// The parts of the page that show one run in detail; parts without data are left out.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { CertificateView } from "../certificate/certificate";
import type { Analysis, Run } from "../data/bundle";
import { BoundaryFigure } from "../figure/boundary_figure";
import type { Part } from "../page/section";
import { Calibration } from "./calibration";
import { Confusion, classParts, hasConfusion } from "./confusion";
import { Details } from "./details";
import { FirstWeights, Mistakes } from "./pictures";
import { Residuals } from "./residuals";
import { Roc } from "./roc";
import { Scores } from "./scores";
import { Statistics } from "./statistics";

/** Whether there is something to show; a record that is not as it should be is shown too, as the sentence of its part. */
function present(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return true;
  }
}

const filled = (list: unknown[] | undefined) => list !== undefined && list !== null && list.length > 0;

function analysisParts(run: Run, analysis: Analysis): Part[] {
  const of = run.name;
  const parts: Part[] = [];
  const add = (id: string, title: string, content: () => ComponentChildren) => parts.push({ id, title, content });
  if (analysis.boundary) {
    const { boundary } = analysis;
    const title = `Decision boundary, ${analysis.part} part`;
    add("boundary", "Decision boundary", () => (
      <div class="figures">
        <BoundaryFigure title={title} boundary={boundary} names={analysis.class_names} fileStem={of} />
      </div>
    ));
  }
  if (present(() => filled(analysis.mistakes?.items))) {
    add("mistakes", "Worst mistakes", () => <Mistakes set={analysis.mistakes!} analysis={analysis} of={of} />);
  }
  if (analysis.calibration || analysis.roc) {
    const title = !analysis.calibration ? "ROC" : analysis.roc ? "Calibration and ROC" : "Calibration";
    add("calibration", title, () => (
      <div class="figures">
        {analysis.calibration && <Calibration bins={analysis.calibration} of={of} />}
        {analysis.roc && <Roc curves={analysis.roc} names={analysis.class_names} of={of} />}
      </div>
    ));
  }
  if (present(() => filled(analysis.residuals))) {
    add("residuals", "Residuals", () => (
      <div class="figures">
        {analysis.residuals!.map((residuals, i) => (
          <Residuals key={i} residuals={residuals} of={of} />
        ))}
      </div>
    ));
  }
  return parts;
}

export function runParts(run: Run): Part[] {
  const { analysis, name, certificate } = run;
  const parts: Part[] = [{ id: "scores", title: "Scores", content: () => <Scores run={run} /> }];
  if (present(() => classParts(run).length > 0)) {
    const title = present(() => hasConfusion(run)) ? "Confusion matrix" : "Labels";
    parts.push({ id: "confusion", title, content: () => <Confusion run={run} /> });
  }
  if (analysis) parts.push(...analysisParts(run, analysis));
  parts.push({ id: "details", title: "Network and settings", content: () => <Details run={run} /> });
  if (run.statistics.length > 0) {
    parts.push({ id: "statistics", title: "Activations and gradients", content: () => <Statistics run={run} /> });
  }
  if (present(() => filled(analysis?.weights?.items))) {
    parts.push({
      id: "weights",
      title: "First-layer weights",
      content: () => <FirstWeights set={analysis!.weights!} of={name} />,
    });
  }
  if (certificate) {
    parts.push({
      id: "certificate",
      title: "Gradient certificate",
      content: () => <CertificateView key={name} certificate={certificate} name={name} />,
    });
  }
  return parts;
}
