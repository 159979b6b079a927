// The layers of a run's network, as the resolved configuration says them (docs/report.md, "Layers").
// SPDX-License-Identifier: Apache-2.0
import type { ConfigEntry, Run } from "./bundle";
import { spoken } from "./number";

export interface Layer {
  /** Counted from 1. */
  number: number;
  /** dense, batch_norm, layer_norm, residual, ... */
  kind: string;
  inputs: number;
  units: number;
  activation: string;
  /** What the last layer's values become: softmax, ... */
  output?: string;
  /** The earlier layer whose outputs are added. */
  source?: number;
  epsilon?: number;
  momentum?: number;
  dropout: number;
  l1: number;
  l2: number;
  /** Null of a kind that this page does not know. */
  parameters: number | null;
}

const WEIGHTLESS = { dropout: 0, l1: 0, l2: 0 };
// One learned number for each unit, beside those of the layer's kind.
const LEARNED_ACTIVATION = "prelu";

const PARAMETERS: Record<string, (layer: Layer) => number> = {
  dense: ({ inputs, units }) => inputs * units + units,
  batch_norm: ({ units }) => 2 * units,
  layer_norm: ({ units }) => 2 * units,
  residual: () => 0,
};

function countParameters(layer: Layer): number | null {
  const ofKind = PARAMETERS[layer.kind];
  if (!ofKind) return null;
  return ofKind(layer) + (layer.activation.startsWith(LEARNED_ACTIVATION) ? layer.units : 0);
}

/** What the lists of the configuration hold: one text for all layers, or one for each. */
function listReader(config: ConfigEntry[]) {
  const values = new Map(config.map((entry) => [entry.key, entry.value]));
  const list = (key: string) => (values.get(key) ?? "").split(",").filter((text) => text !== "");
  const pick = (key: string, index: number, standard: string) => {
    const texts = list(key);
    return (texts.length === 1 ? texts[0] : texts[index]) ?? standard;
  };
  return { list, pick };
}

/** A hidden layer is up to three: sums, their normalisation, the addition of what the hidden layer before gave. */
function layersOfConfig(config: ConfigEntry[]): Layer[] | null {
  const { list, pick } = listReader(config);
  const widths = list("network.layers").map(Number);
  if (widths.length < 2 || !widths.every((width) => Number.isInteger(width) && width > 0)) return null;
  const layers: Layer[] = [];
  const add = (layer: Omit<Layer, "number" | "parameters">) => {
    layers.push({ ...layer, number: layers.length + 1, parameters: null });
  };
  const dense = (index: number) => ({
    kind: "dense",
    inputs: widths[index]!,
    units: widths[index + 1]!,
    l1: Number(pick("network.l1", index, "0")),
    l2: Number(pick("network.l2", index, "0")),
  });
  const last = widths.length - 2;
  for (let index = 0; index < last; index++) {
    const units = widths[index + 1]!;
    const before = layers.at(-1);
    const activation = pick("network.activation", index, "relu");
    const dropout = Number(pick("network.dropout", index, "0"));
    const kind = pick("network.normalization", index, "none");
    const normalized = kind !== "none";
    add({ ...dense(index), activation: normalized ? "identity" : activation, dropout: normalized ? 0 : dropout });
    if (normalized) {
      const epsilon = Number(pick("network.norm_epsilon", 0, "1e-5"));
      const momentum = kind === "batch_norm" ? Number(pick("network.norm_momentum", 0, "0.1")) : undefined;
      add({ ...WEIGHTLESS, kind, inputs: units, units, activation, dropout, epsilon, momentum });
    }
    const wanted = pick("network.residual", index, "false") === "true";
    if (!before || !wanted || before.units !== units) continue;
    add({ ...WEIGHTLESS, kind: "residual", inputs: units, units, activation: "identity", source: before.number });
  }
  const output = pick("network.output", 0, "auto");
  add({ ...dense(last), activation: "identity", output, dropout: 0 });
  return layers.map((layer) => ({ ...layer, parameters: countParameters(layer) }));
}

/** Whether widths and number of parameters are those that the run ended with. */
function agree(layers: Layer[], { network, parameters }: { network: string; parameters: number }): boolean {
  if ([layers[0]!.inputs, ...layers.map((layer) => layer.units)].join("-") !== network) return false;
  if (layers.some((layer) => layer.parameters === null)) return true;
  return layers.reduce((sum, layer) => sum + layer.parameters!, 0) === parameters;
}

/** Null where the records do not say, or where they contradict each other. */
export function layersOf(run: Pick<Run, "config" | "summary">): Layer[] | null {
  const layers = layersOfConfig(run.config);
  return layers && (!run.summary || agree(layers, run.summary)) ? layers : null;
}

/** "layer 3"; with its kind where that is not the usual one: "layer 3 batch norm". */
export function layerName(number: number, layers: Layer[] | null): string {
  const kind = layers?.[number - 1]?.kind ?? "dense";
  return kind === "dense" ? `layer ${number}` : `layer ${number} ${spoken(kind)}`;
}
