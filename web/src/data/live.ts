// What the live server says (docs/report.md, "Live"), and how its events change the runs on the page.
// SPDX-License-Identifier: Apache-2.0
import type { EpochMetrics, EpochStatistics, Run, RunState } from "./bundle";

export interface Entry {
  name: string;
  kind: "run" | "study" | "reproduction";
  state: RunState;
  epoch: number;
  epochs: number;
  modified: number;
  last: EpochMetrics | null;
}

export interface EntryList {
  folder: string;
  control: boolean;
  runs: Entry[];
  left_out: number;
}

/** Of the epoch that runs. */
export interface Progress {
  epoch: number;
  epochs: number;
  batch: number;
  num_batches: number;
  loss: number;
  accuracy?: number;
  samples_per_second: number;
  seconds_left: number;
}

export interface NewEpochs {
  metrics: EpochMetrics[];
  statistics: EpochStatistics[];
}

export function lastEpoch(run: Run): number {
  return run.metrics.at(-1)?.epoch ?? 0;
}

function appended<Line extends { epoch: number }>(old: Line[], added: Line[]): Line[] {
  const last = old.at(-1)?.epoch ?? 0;
  const fresh = added.filter((line) => line.epoch > last);
  return fresh.length > 0 ? [...old, ...fresh] : old;
}

/** The run with the epochs that it did not have; a stream that begins again may repeat some. */
export function withEpochs(run: Run, added: NewEpochs): Run {
  return {
    ...run,
    metrics: appended(run.metrics, added.metrics ?? []),
    statistics: appended(run.statistics, added.statistics ?? []),
  };
}

/** What to show when nothing was chosen yet: the newest entry that runs, else the newest. */
export function firstChoice(entries: Entry[]): string[] {
  const entry = entries.find((candidate) => candidate.state === "running") ?? entries[0];
  return entry ? [entry.name] : [];
}

/** The entries whose events to follow; browsers open few connections to one server, so the newest ones. */
export function followed(entries: Entry[], chosen: string[], most: number): string[] {
  return entries
    .filter((entry) => entry.state === "running" && chosen.includes(entry.name))
    .slice(0, most)
    .map((entry) => entry.name);
}
