// The layers of the network: what each is, what it reads, and how many numbers it learned.
// SPDX-License-Identifier: Apache-2.0
import type { Layer } from "../data/layers";
import { formatCount, formatDigits, spoken } from "../data/number";
import { Scroll } from "../page/scroll";

// More of them scroll in a box of their own.
const MOST_SHOWN = 12;

function readText({ number, source }: Layer): string {
  const below = number === 1 ? "inputs" : `layer ${number - 1}`;
  return source === undefined ? below : `${below} + layer ${source}`;
}

function activationText({ activation, output }: Layer): string {
  return output === undefined ? activation : `${output} (output)`;
}

function settingsText(layer: Layer): string {
  const settings: [name: string, value: number | undefined][] = [
    ["epsilon", layer.epsilon],
    ["momentum", layer.momentum],
    ["dropout", layer.dropout || undefined],
    ["L1", layer.l1 || undefined],
    ["L2", layer.l2 || undefined],
  ];
  return settings
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${formatDigits(value)}`)
    .join(", ");
}

export function Layers({ layers, of }: { layers: Layer[]; of: string }) {
  return (
    <Scroll label={`Layers of ${of}`} short={layers.length > MOST_SHOWN}>
      <table class="layers">
        <thead>
          <tr>
            <th scope="col" class="number">
              layer
            </th>
            <th scope="col">kind</th>
            <th scope="col">reads</th>
            <th scope="col" class="number">
              units
            </th>
            <th scope="col">activation</th>
            <th scope="col">settings</th>
            <th scope="col" class="number">
              parameters
            </th>
          </tr>
        </thead>
        <tbody>
          {layers.map((layer) => (
            <tr key={layer.number}>
              <th scope="row" class="number">
                {layer.number}
              </th>
              <td>{spoken(layer.kind)}</td>
              <td>{readText(layer)}</td>
              <td class="number">{formatCount(layer.units)}</td>
              <td>{activationText(layer)}</td>
              <td>{settingsText(layer) || "–"}</td>
              <td class="number">{formatCount(layer.parameters)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
