// Trials of a study: their order, filters on them, and the places of settings on the axes of plots.
// SPDX-License-Identifier: Apache-2.0
import type { SettingValue, Study, StudyParameter, Trial } from "./bundle";
import { toNumber } from "./number";
import type { Cell, Table } from "./table";

export interface TrialColumn {
  key: string;
  title: string;
  value: (trial: Trial) => Cell;
}

const settingCell = (value: SettingValue): Cell => value;

export function trialColumns(study: Study): TrialColumn[] {
  const spread = study.trials.some((trial) => toNumber(trial.spread) > 0);
  return [
    { key: "number", title: "trial", value: (trial) => trial.number },
    { key: "state", title: "state", value: (trial) => trial.state },
    { key: "value", title: study.objective, value: (trial) => trial.value },
    ...(spread ? [{ key: "spread", title: "spread", value: (trial: Trial) => trial.spread }] : []),
    ...study.parameters.map((parameter) => ({
      key: `setting:${parameter.name}`,
      title: parameter.name,
      value: (trial: Trial) => settingCell(trial.setting[parameter.name]),
    })),
    { key: "epochs", title: "epochs", value: (trial) => trial.epochs },
    { key: "parameters", title: "weights and biases", value: (trial) => trial.parameters },
    { key: "seconds", title: "seconds", value: (trial) => trial.seconds },
  ];
}

type Test = (cell: Cell) => boolean;

/** ">= 0.1", "< 5", "0.1..0.5", "= 3", or a text that the cell contains. Empty: everything. */
export function parseFilter(text: string): Test {
  const wanted = text.trim();
  if (wanted === "") return () => true;
  const between = /^([-+\d.e]+)\s*\.\.\s*([-+\d.e]+)$/i.exec(wanted);
  if (between) {
    const [low, high] = [Number(between[1]), Number(between[2])];
    return (cell) => typeof cell === "number" && cell >= low && cell <= high;
  }
  const compared = /^(<=|>=|<|>|=)\s*([-+]?[\d.]+(?:e[-+]?\d+)?)$/i.exec(wanted);
  if (compared) {
    const number = Number(compared[2]);
    const tests: Record<string, (value: number) => boolean> = {
      "<": (value) => value < number,
      "<=": (value) => value <= number,
      ">": (value) => value > number,
      ">=": (value) => value >= number,
      "=": (value) => value === number,
    };
    const test = tests[compared[1]!]!;
    return (cell) => typeof cell === "number" && test(cell);
  }
  const lower = wanted.toLowerCase();
  return (cell) => cell !== null && cell !== undefined && String(cell).toLowerCase().includes(lower);
}

export function filterTrials(trials: Trial[], columns: TrialColumn[], filters: Record<string, string>): Trial[] {
  const tests = columns
    .filter((column) => filters[column.key])
    .map((column) => ({ column, test: parseFilter(filters[column.key]!) }));
  return tests.length === 0
    ? trials
    : trials.filter((trial) => tests.every(({ column, test }) => test(column.value(trial))));
}

/** Numbers by size, texts by alphabet, cells without a value last in either direction; equals by trial number. */
export function sortTrials(trials: Trial[], column: TrialColumn, descending: boolean): Trial[] {
  const sign = descending ? -1 : 1;
  return [...trials].sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    const [noX, noY] = [x === null || x === undefined, y === null || y === undefined];
    if (noX !== noY) return noX ? 1 : -1;
    let order = 0;
    if (typeof x === "number" && typeof y === "number") order = x - y;
    else if (!noX) order = String(x).localeCompare(String(y), undefined, { numeric: true });
    return order !== 0 ? sign * order : a.number - b.number;
  });
}

export function trialsTable(trials: Trial[], columns: TrialColumn[]): Table {
  return {
    columns: columns.map((column) => column.title),
    rows: trials.map((trial) => columns.map((column) => column.value(trial))),
  };
}

/** The best value among complete trials up to each of them, in the order of their numbers. */
export function bestSoFar(study: Study): { x: number[]; y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  let best = Number.NaN;
  for (const trial of study.trials) {
    const value = toNumber(trial.value);
    if (trial.state !== "complete" || !Number.isFinite(value)) continue;
    if (Number.isNaN(best) || (study.larger_is_better ? value > best : value < best)) best = value;
    x.push(trial.number);
    y.push(best);
  }
  return { x, y };
}

export interface Axis {
  title: string;
  /** Between 0 and 1, or null where the parameter does not exist. */
  place: (value: SettingValue) => number | null;
  ticks: { place: number; text: string }[];
}

function listAxis(title: string, values: SettingValue[]): Axis {
  const names = values.map(String);
  const placeOf = (i: number) => (names.length < 2 ? 0.5 : i / (names.length - 1));
  return {
    title,
    place: (value) => {
      const i = value === null || value === undefined ? -1 : names.indexOf(String(value));
      return i < 0 ? null : placeOf(i);
    },
    ticks: names.map((text, i) => ({ place: placeOf(i), text })),
  };
}

export function rangeAxis(
  title: string,
  low: number,
  high: number,
  log: boolean,
  format: (value: number) => string,
): Axis {
  const at = (value: number) => {
    if (high === low) return 0.5;
    return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  };
  const middle = log ? Math.sqrt(low * high) : (low + high) / 2;
  return {
    title,
    place: (value) => {
      const number = toNumber(value);
      return Number.isFinite(number) ? Math.min(1, Math.max(0, at(number))) : null;
    },
    ticks: [low, middle, high].map((value) => ({ place: at(value), text: format(value) })),
  };
}

export function parameterAxis(parameter: StudyParameter, format: (value: number) => string): Axis {
  if (parameter.values) return listAxis(parameter.name, parameter.values);
  return rangeAxis(parameter.name, parameter.low ?? 0, parameter.high ?? 1, parameter.log ?? false, format);
}

export function valueExtent(trials: Trial[]): [number, number] {
  const values = trials.map((trial) => toNumber(trial.value)).filter(Number.isFinite);
  return values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
}

/** Complete trials from the worst to the best, so that the best are drawn on top. */
export function worstFirst(study: Study, trials: Trial[]): Trial[] {
  const sign = study.larger_is_better ? 1 : -1;
  return trials
    .filter((trial) => Number.isFinite(toNumber(trial.value)))
    .sort((a, b) => sign * (toNumber(a.value) - toNumber(b.value)));
}
