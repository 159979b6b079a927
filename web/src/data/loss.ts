// What training minimised: the loss with the numbers that belong to it.
// SPDX-License-Identifier: Apache-2.0
import type { ConfigEntry } from "./bundle";
import { formatDigits, spoken } from "./number";

const NUMBERS: Record<string, [key: string, name: string]> = {
  quantile: ["network.quantile", "q"],
  focal: ["network.focal_gamma", "gamma"],
  binary_focal: ["network.focal_gamma", "gamma"],
  huber: ["network.huber_delta", "delta"],
};

/** "quantile, q = 0.9"; null where the configuration does not say. */
export function lossText(config: ConfigEntry[]): string | null {
  const values = new Map(config.map((entry) => [entry.key, entry.value]));
  const loss = values.get("network.loss");
  if (!loss || loss === "auto") return null;
  const parts = [loss === "mse" ? "mean squared error" : spoken(loss)];
  const tell = (key: string, name: string) => {
    const value = Number(values.get(key));
    if (Number.isFinite(value)) parts.push(`${name} = ${formatDigits(value)}`);
  };
  const own = NUMBERS[loss];
  if (own) tell(...own);
  if (Number(values.get("network.label_smoothing")) > 0) tell("network.label_smoothing", "label smoothing");
  const floor = values.get("network.loss_floor_kind");
  if (floor && floor !== "exact") tell("network.loss_floor", floor === "add" ? "added floor" : "clipped floor");
  return parts.join(", ");
}
