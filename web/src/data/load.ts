// Reads the bundle from the page, and names the parts that a broken or newer one lacks.
// SPDX-License-Identifier: Apache-2.0
import type { Bundle, Run, RunState } from "./bundle";

export const KNOWN_SCHEMA = 1;

const STATES: readonly unknown[] = ["complete", "running", "stopped"] satisfies RunState[];

type Loose = Record<string, unknown>;

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list. What is no list, or no object in it, is left out and told. */
function objects<T>(value: unknown, name: string, problems: string[]): T[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  const kept = Array.isArray(value) ? list.filter(isObject) : [];
  if (kept.length < list.length)
    problems.push(`The report's ${name} is no list of records; what is none was left out.`);
  return kept as T[];
}

function objectOrNull<T>(value: unknown, name: string, problems: string[]): T | null {
  if (isObject(value)) return value as T;
  if (value !== undefined && value !== null) problems.push(`The report's ${name} is no record and was left out.`);
  return null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function completeRun(run: Loose): Run {
  const problems = texts(run.problems);
  return {
    name: String(run.name ?? ""),
    state: STATES.includes(run.state) ? (run.state as RunState) : "stopped",
    config: objects(run.config, "configuration", problems),
    metrics: objects(run.metrics, "metrics", problems),
    summary: objectOrNull(run.summary, "summary", problems),
    statistics: objects(run.statistics, "statistics", problems),
    analysis: objectOrNull(run.analysis, "analysis", problems),
    certificate: objectOrNull(run.certificate, "certificate", problems),
    problems,
  };
}

/** Records of one kind, each with its name and problems; those without the record itself are told. */
function records<T extends { name: string; problems?: string[] }>(
  list: unknown,
  key: keyof T & string,
  told: string[],
) {
  return objects<Loose>(list, `${key} list`, told)
    .map((record) => ({ ...record, name: String(record.name ?? ""), problems: texts(record.problems) }) as unknown as T)
    .filter((record) => objectOrNull(record[key] ?? [], key, told) !== null);
}

/** Lists that are left out are empty; everything else is as the records say. */
export function completeBundle(bundle: Partial<Bundle>): Bundle {
  const problems = texts(bundle.problems);
  return {
    schema: bundle.schema ?? KNOWN_SCHEMA,
    version: String(bundle.version ?? ""),
    title: String(bundle.title ?? "Gradus"),
    live: bundle.live === true,
    control: bundle.control === true,
    runs: objects<Loose>(bundle.runs, "list of runs", problems).map(completeRun),
    certificates: records(bundle.certificates, "certificate", problems),
    studies: records(bundle.studies, "study", problems),
    reproductions: records(bundle.reproductions, "reproduction", problems),
    problems,
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
  if (!isObject(bundle)) return "The data of this page is no report.";
  if ((bundle.schema ?? KNOWN_SCHEMA) > KNOWN_SCHEMA) {
    return `The data of this page has format ${bundle.schema}; this page knows ${KNOWN_SCHEMA}. Use the newer program's page.`;
  }
  return completeBundle(bundle);
}
