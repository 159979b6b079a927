// The value of trials against one parameter.
// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { Study, StudyParameter, Trial } from "../data/bundle";
import { formatMetric, formatNumber, isShare, spoken, toNumber } from "../data/number";
import { Figure } from "../figure/figure";
import { fitText } from "../figure/labels";
import { logTicks, powerOfTen } from "../figure/lines";
import { ACCENT, MUTED, PAPER, RULE, seriesColor } from "../figure/palette";

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
    const room = (width - 60) / domain.length;
    return { type: "point" as const, domain, padding: 0.5, tickFormat: (name: string) => fitText(name, room) };
  }
  const domain: [number, number] = [parameter.low ?? 0, parameter.high ?? 1];
  if (!parameter.log) {
    const whole = dots.every((dot) => Number.isInteger(dot.x));
    return { type: "linear" as const, domain, ticks: whole ? Math.min(4, domain[1] - domain[0]) : 4 };
  }
  const ticks = logTicks(domain);
  return {
    type: "log" as const,
    domain,
    ticks,
    tickFormat: (value: number) => powerOfTen(value) || formatNumber(value, 1),
  };
}

function drawScatter(study: Study, parameter: StudyParameter, dots: Dot[], width: number): SVGSVGElement {
  const percent = isShare(study.objective);
  return Plot.plot({
    width,
    height: 210,
    marginLeft: 52,
    marginRight: 14,
    marginTop: 24,
    marginBottom: 36,
    className: "plot",
    style: { fontSize: "12px", color: MUTED },
    x: { ...xOptions(parameter, dots, width), label: null, tickSize: 4 },
    y: {
      label: spoken(study.objective),
      labelArrow: "none",
      ticks: 4,
      tickSize: 0,
      nice: true,
      tickFormat: percent
        ? (value: number) => `${Number((100 * value).toFixed(2))} %`
        : (value: number) => formatNumber(value, 3),
    },
    marks: [
      Plot.gridY({ stroke: RULE, strokeOpacity: 1, ticks: 4 }),
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
