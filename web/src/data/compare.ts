// What differs between two runs: keys of their configurations, bits of their results.
// SPDX-License-Identifier: Apache-2.0
import type { EpochMetrics, Run } from "./bundle";

export interface ConfigDifference {
  key: string;
  left: string | null;
  right: string | null;
  differs: boolean;
}

/** All keys of both, in the order of the left one; null where a run does not have the key. */
export function compareConfigs(left: Run, right: Run): ConfigDifference[] {
  const rightValues = new Map(right.config.map((entry) => [entry.key, entry.value]));
  const rows = left.config.map((entry): ConfigDifference => {
    const other = rightValues.get(entry.key) ?? null;
    rightValues.delete(entry.key);
    return { key: entry.key, left: entry.value, right: other, differs: entry.value !== other };
  });
  for (const [key, value] of rightValues) rows.push({ key, left: null, right: value, differs: true });
  return rows;
}

// Only these may differ when a run is repeated (docs/formats.md).
const TIMES = new Set(["seconds", "samples_per_second"]);

function sameLine(left: EpochMetrics, right: EpochMetrics): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)].filter((key) => !TIMES.has(key)));
  return [...keys].every((key) => left[key] === right[key]);
}

/** The first epoch in which a number other than a time differs; null where no epoch that both have does. */
export function firstDifferentEpoch(left: Run, right: Run): number | null {
  const lines = new Map(right.metrics.map((line) => [line.epoch, line]));
  for (const line of left.metrics) {
    const other = lines.get(line.epoch);
    if (other && !sameLine(line, other)) return line.epoch;
  }
  return null;
}

/** Whether two hashes say that something is equal to the bit; null where one is missing. */
export function sameBits(left: string | undefined, right: string | undefined): boolean | null {
  return left && right ? left === right : null;
}
