// Activations and gradients by layer over epochs: dead and saturated units, means, spreads, norms.
// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import type { EpochStatistics, Run } from "../data/bundle";
import { type Layer, layerName } from "../data/layers";
import { measuredLayers, type Statistic, statisticLines } from "../data/statistics";
import type { LineChart } from "../figure/lines";
import { LinesFigure } from "../figure/lines_figure";

const FIGURES: { key: Statistic; title: string; yLabel: string; log?: boolean }[] = [
  { key: "dead", title: "Dead units", yLabel: "units" },
  { key: "saturated", title: "Saturated units", yLabel: "units" },
  { key: "activation_mean", title: "Mean of activations", yLabel: "mean" },
  { key: "activation_std", title: "Standard deviation of activations", yLabel: "standard deviation" },
  { key: "gradient_norm", title: "Norm of the weights' gradient", yLabel: "norm", log: true },
  { key: "weight_norm", title: "Norm of the weights", yLabel: "norm" },
];

interface StatisticFigureProps {
  statistics: EpochStatistics[];
  layers: Layer[] | null;
  of: string;
  figure: (typeof FIGURES)[number];
}

function StatisticFigure({ statistics, layers, of, figure }: StatisticFigureProps) {
  const chart = useMemo<LineChart>(
    () => ({
      lines: statisticLines(statistics, figure.key, layers),
      xLabel: "epoch",
      yLabel: figure.yLabel,
      yLog: figure.log,
      height: 220,
    }),
    [statistics, layers, figure],
  );
  return <LinesFigure title={figure.title} chart={chart} logToggle fileStem={of} />;
}

export function Statistics({ run }: { run: Run }) {
  const layers = useMemo(() => measuredLayers(run), [run]);
  const units = run.statistics.at(-1)!.layers.map((layer) => `${layerName(layer.layer, layers)}: ${layer.units}`);
  return (
    <>
      <p class="figure-note">
        Measured after every epoch on the same rows of the train part. Units: {units.join(", ")}. A dead unit gives the
        same value for every row and passes no gradient; a saturated one hardly any.
        {layers?.some((layer) => layer.kind !== "dense") &&
          " Layers without weights have the norms of all their parameters; without parameters they have none."}
      </p>
      <div class="figures">
        {FIGURES.map((figure) => (
          <StatisticFigure key={figure.key} statistics={run.statistics} layers={layers} of={run.name} figure={figure} />
        ))}
      </div>
    </>
  );
}
