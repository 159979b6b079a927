// Activations and gradients by layer over epochs: dead and saturated units, means, spreads, norms.
// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import type { EpochStatistics, LayerStatistics } from "../data/bundle";
import { toNumber } from "../data/number";
import type { Line, LineChart } from "../figure/lines";
import { LinesFigure } from "../figure/lines_figure";
import { seriesColor } from "../figure/palette";

type Statistic = Exclude<keyof LayerStatistics, "layer" | "units">;

const FIGURES: { key: Statistic; title: string; yLabel: string; log?: boolean }[] = [
  { key: "dead", title: "Dead units", yLabel: "units" },
  { key: "saturated", title: "Saturated units", yLabel: "units" },
  { key: "activation_mean", title: "Mean of activations", yLabel: "mean" },
  { key: "activation_std", title: "Standard deviation of activations", yLabel: "standard deviation" },
  { key: "gradient_norm", title: "Norm of the weights' gradient", yLabel: "norm", log: true },
  { key: "weight_norm", title: "Norm of the weights", yLabel: "norm" },
];

export function statisticLines(statistics: EpochStatistics[], key: Statistic): Line[] {
  const layers = new Map<number, Line>();
  for (const { epoch, layers: measured } of statistics) {
    for (const layer of measured) {
      let line = layers.get(layer.layer);
      if (!line) {
        line = { label: `layer ${layer.layer}`, x: [], y: [], color: seriesColor(layers.size) };
        layers.set(layer.layer, line);
      }
      line.x.push(epoch);
      line.y.push(toNumber(layer[key]));
    }
  }
  return [...layers.values()];
}

function StatisticFigure({
  statistics,
  of,
  figure,
}: {
  statistics: EpochStatistics[];
  of: string;
  figure: (typeof FIGURES)[number];
}) {
  const chart = useMemo<LineChart>(
    () => ({
      lines: statisticLines(statistics, figure.key),
      xLabel: "epoch",
      yLabel: figure.yLabel,
      yLog: figure.log,
      height: 220,
    }),
    [statistics, figure],
  );
  return <LinesFigure title={figure.title} chart={chart} logToggle fileStem={of} />;
}

export function Statistics({ statistics, of }: { statistics: EpochStatistics[]; of: string }) {
  const units = statistics.at(-1)!.layers.map((layer) => `layer ${layer.layer}: ${layer.units}`);
  return (
    <>
      <p class="figure-note">
        Measured after every epoch on the same rows of the train part. Units: {units.join(", ")}. A dead unit gives the
        same value for every row and passes no gradient; a saturated one hardly any.
      </p>
      <div class="figures">
        {FIGURES.map((figure) => (
          <StatisticFigure key={figure.key} statistics={statistics} of={of} figure={figure} />
        ))}
      </div>
    </>
  );
}
