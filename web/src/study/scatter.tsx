// The value of trials against one parameter.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { Study, StudyParameter, Trial } from "../data/bundle";
import { formatMetric, formatNumber, isShare, spoken, toNumber } from "../data/number";
import { valueExtent } from "../data/study";
import { Figure } from "../figure/figure";
import { fitTexts, widest } from "../figure/labels";
import { ACCENT, MUTED, PAPER, RULE, seriesColor } from "../figure/palette";
import { evenAxis, evenTicks, logTicks, logTickText, percentText, tickText } from "../figure/ticks";

interface Dot {
  x: number | string;
  y: number;
  trial: Trial;
}

function dotsOf(parameter: StudyParameter, trials: Trial[]): Dot[] {
  return trials.flatMap((trial) => {
    const setting = trial.setting[parameter.name];
    const y = toNumber(trial.value);
    if (setting === null || setting === undefined || !Number.isFinite(y)) return [];
    return [{ x: parameter.values ? String(setting) : toNumber(setting), y, trial }];
  });
}

function xOptions(parameter: StudyParameter, dots: Dot[], width: number) {
  if (parameter.values) {
    const domain = parameter.values.map(String);
    const texts = fitTexts(domain, (width - 20) / domain.length - 4);
    const tickFormat = (_: string, i: number) => texts[i]!;
    return { type: "point" as const, domain, padding: 0.5, tickFormat };
  }
  const domain: [number, number] = [parameter.low ?? 0, parameter.high ?? 1];
  if (!parameter.log) {
    const whole = dots.every((dot) => Number.isInteger(dot.x));
    return { type: "linear" as const, domain, ticks: evenTicks(domain, 4, whole), tickFormat: tickText };
  }
  return { type: "log" as const, domain, ticks: logTicks(domain, 5), tickFormat: logTickText };
}

function drawScatter(study: Study, parameter: StudyParameter, dots: Dot[], width: number): SVGSVGElement {
  const text = isShare(study.objective) ? percentText : tickText;
  const y = evenAxis(valueExtent(dots.map(({ trial }) => trial)), 4);
  const left = Math.max(40, widest(y.ticks.map(text)) + 14);
  return Plot.plot({
    width,
    height: 210,
    marginLeft: left,
    marginRight: 14,
    marginTop: 24,
    marginBottom: 36,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: { ...xOptions(parameter, dots, width - left), label: null, tickSize: 4 },
    y: { ...y, label: spoken(study.objective), labelArrow: "none", tickSize: 0, tickFormat: text },
    marks: [
      Plot.gridY({ stroke: RULE, strokeOpacity: 1, ticks: y.ticks }),
      Plot.dot(dots, {
        x: "x",
        y: "y",
        r: 2.6,
        fill: (dot: Dot) =>
          dot.trial.number === study.best?.number ? seriesColor(1) : dot.trial.state === "complete" ? ACCENT : MUTED,
        fillOpacity: dots.length > 400 ? 0.25 : 0.55,
      }),
      Plot.tip(
        dots,
        Plot.pointer({
          x: "x",
          y: "y",
          title: (dot: Dot) =>
            `trial ${dot.trial.number}\n${parameter.name} ${typeof dot.x === "number" ? formatNumber(dot.x) : dot.x}\n${spoken(study.objective)} ${formatMetric(study.objective, dot.y)}`,
          fill: PAPER,
          stroke: MUTED,
        }),
      ),
    ],
    color: { type: "identity" },
  }) as SVGSVGElement;
}

interface ParameterScatterProps {
  study: Study;
  parameter: StudyParameter;
  trials: Trial[];
  of: string;
}

export function ParameterScatter({ study, parameter, trials, of }: ParameterScatterProps) {
  const dots = useMemo(() => dotsOf(parameter, trials), [parameter, trials]);
  const table = useMemo(
    () => ({
      columns: ["trial", parameter.name, study.objective, "state"],
      rows: dots.map((dot) => [dot.trial.number, dot.x, dot.y, dot.trial.state]),
    }),
    [dots, parameter, study],
  );
  const draw = useCallback((width: number) => drawScatter(study, parameter, dots, width), [study, parameter, dots]);
  const best = study.best?.setting[parameter.name];
  const summary = `${dots.length} trials.${best === null || best === undefined ? "" : ` The best trial has ${best}.`}`;
  return <Figure title={parameter.name} fileStem={of} summary={summary} table={table} draw={draw} />;
}
