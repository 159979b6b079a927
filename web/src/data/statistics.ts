// Lines of what was measured of each layer over epochs.
// SPDX-License-Identifier: Apache-2.0
import type { Line } from "../figure/lines";
import { SERIES, seriesColor } from "../figure/palette";
import type { EpochStatistics, LayerStatistics, Run } from "./bundle";
import { type Layer, layerName, layersOf } from "./layers";
import { toNumber } from "./number";

export type Statistic = Exclude<keyof LayerStatistics, "layer" | "units">;

const OF_PARAMETERS: readonly Statistic[] = ["gradient_norm", "weight_norm"];

/** The layers that the statistics speak of; null where they are not those of the configuration. */
export function measuredLayers(run: Run): Layer[] | null {
  const layers = layersOf(run);
  const measured = run.statistics.at(-1)?.layers ?? [];
  const same = layers?.length === measured.length && measured.every(({ units }, i) => units === layers[i]!.units);
  return same ? layers : null;
}

/** A layer keeps its colour from figure to figure. Without parameters it has no line in those of their norms. */
export function statisticLines(statistics: EpochStatistics[], key: Statistic, layers: Layer[] | null): Line[] {
  const lines = new Map<number, Line>();
  for (const { epoch, layers: measured } of statistics) {
    for (const layer of measured) {
      const index = layer.layer - 1;
      if (OF_PARAMETERS.includes(key) && layers?.[index]?.parameters === 0) continue;
      let line = lines.get(layer.layer);
      if (!line) {
        line = { label: layerName(layer.layer, layers), x: [], y: [], color: seriesColor(index) };
        if (index >= SERIES) line.dash = "5 3";
        lines.set(layer.layer, line);
      }
      line.x.push(epoch);
      line.y.push(toNumber(layer[key]));
    }
  }
  return [...lines.values()];
}
