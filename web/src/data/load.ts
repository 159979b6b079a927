// Reads the bundle from the page, and names the parts that a broken or newer one lacks.
// SPDX-License-Identifier: Apache-2.0
import type { Bundle, Run } from "./bundle";

export const KNOWN_SCHEMA = 1;

function completeRun(run: Partial<Run>): Run {
  return {
    name: String(run.name ?? ""),
    state: run.state ?? "stopped",
    config: run.config ?? [],
    metrics: run.metrics ?? [],
    summary: run.summary ?? null,
    statistics: run.statistics ?? [],
    analysis: run.analysis ?? null,
    certificate: run.certificate ?? null,
    problems: run.problems ?? [],
  };
}

/** Lists that are left out are empty; everything else is as the records say. */
export function completeBundle(bundle: Partial<Bundle>): Bundle {
  return {
    schema: bundle.schema ?? KNOWN_SCHEMA,
    version: bundle.version ?? "",
    title: bundle.title ?? "Gradus",
    live: bundle.live ?? false,
    control: bundle.control ?? false,
    runs: (bundle.runs ?? []).map(completeRun),
    certificates: bundle.certificates ?? [],
    studies: bundle.studies ?? [],
    reproductions: bundle.reproductions ?? [],
  };
}

/** The bundle in the text of the data element, or a sentence that says why there is none. */
export function parseBundle(text: string): Bundle | string {
  if (text.trim() === "") return "This page holds no data. `gradus report RUN` writes one that does.";
  let bundle: Partial<Bundle>;
  try {
    bundle = JSON.parse(text);
  } catch (error) {
    return `The data of this page cannot be read: ${(error as Error).message}.`;
  }
  if (typeof bundle !== "object" || bundle === null) return "The data of this page is no report.";
  if ((bundle.schema ?? KNOWN_SCHEMA) > KNOWN_SCHEMA) {
    return `The data of this page has format ${bundle.schema}; this page knows ${KNOWN_SCHEMA}. Use the newer program's page.`;
  }
  return completeBundle(bundle);
}
