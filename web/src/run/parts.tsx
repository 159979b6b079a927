// The parts of the page that show one run in detail; parts without data are left out.
// SPDX-License-Identifier: Apache-2.0
import { CertificateView } from "../certificate/certificate";
import type { Run } from "../data/bundle";
import { BoundaryFigure } from "../figure/boundary_figure";
import type { Part } from "../page/section";
import { Calibration, Roc } from "./calibration";
import { Confusion, confusionParts } from "./confusion";
import { FirstWeights, Mistakes } from "./pictures";
import { Residuals } from "./residuals";
import { Statistics } from "./statistics";

export function runParts(run: Run): Part[] {
  const { analysis, name } = run;
  const parts: Part[] = [];
  if (confusionParts(run).length > 0) {
    parts.push({ id: "confusion", title: "Confusion matrix", content: <Confusion run={run} /> });
  }
  if (analysis?.boundary) {
    parts.push({
      id: "boundary",
      title: "Decision boundary",
      content: (
        <div class="figures">
          <BoundaryFigure
            title={`Decision boundary, ${analysis.part} part`}
            boundary={analysis.boundary}
            names={analysis.class_names}
            fileStem={name}
          />
        </div>
      ),
    });
  }
  if (analysis?.mistakes && analysis.mistakes.items.length > 0) {
    parts.push({
      id: "mistakes",
      title: "Worst mistakes",
      content: <Mistakes set={analysis.mistakes} analysis={analysis} of={name} />,
    });
  }
  if (analysis?.calibration || analysis?.roc) {
    parts.push({
      id: "calibration",
      title: "Calibration and ROC",
      content: (
        <div class="figures">
          {analysis.calibration && <Calibration bins={analysis.calibration} of={name} />}
          {analysis.roc && <Roc curves={analysis.roc} of={name} />}
        </div>
      ),
    });
  }
  if (analysis?.residuals && analysis.residuals.length > 0) {
    parts.push({
      id: "residuals",
      title: "Residuals",
      content: (
        <div class="figures">
          {analysis.residuals.map((residuals, i) => (
            <Residuals key={i} residuals={residuals} of={name} />
          ))}
        </div>
      ),
    });
  }
  if (run.statistics.length > 0) {
    parts.push({
      id: "statistics",
      title: "Activations and gradients",
      content: <Statistics run={run} />,
    });
  }
  if (analysis?.weights && analysis.weights.items.length > 0) {
    parts.push({
      id: "weights",
      title: "First-layer weights",
      content: <FirstWeights set={analysis.weights} of={name} />,
    });
  }
  if (run.certificate) {
    parts.push({
      id: "certificate",
      title: "Gradient certificate",
      content: <CertificateView key={name} certificate={run.certificate} name={name} />,
    });
  }
  return parts;
}
