// The types of the bundle that the page shows; docs/report.md says what each key means.
// SPDX-License-Identifier: Apache-2.0

// JSON has no infinity and no NaN; where a number may be neither, the records write a text.
export type MaybeNumber = number | string | null | undefined;

export interface Bundle {
  schema: number;
  version: string;
  title: string;
  live: boolean;
  control?: boolean;
  runs: Run[];
  certificates: { name: string; certificate: Certificate; problems?: string[] }[];
  studies: { name: string; study: Study; problems?: string[] }[];
  reproductions: { name: string; reproduction: Reproduction; problems?: string[] }[];
  /** What load.ts left out of a bundle that is not as it must be. */
  problems?: string[];
}

export type RunState = "complete" | "running" | "stopped";

export interface Run {
  name: string;
  state: RunState;
  config: ConfigEntry[];
  metrics: EpochMetrics[];
  summary: Summary | null;
  statistics: EpochStatistics[];
  analysis: Analysis | null;
  certificate: Certificate | null;
  problems: string[];
}

export interface ConfigEntry {
  key: string;
  value: string;
  default: string;
  doc: string;
  /** Whether somebody gave the key; not known of older runs. */
  stated?: boolean;
}

export type Part = "train" | "valid" | "test";
export const PARTS: readonly Part[] = ["train", "valid", "test"];

// train_loss, valid_accuracy, learning_rate, ...: one line of metrics.jsonl.
export type EpochMetrics = { epoch: number } & Record<string, MaybeNumber>;

export interface Evaluation {
  loss: MaybeNumber;
  accuracy?: MaybeNumber;
  top_k?: MaybeNumber;
  rows?: number;
  macro_precision?: MaybeNumber;
  macro_recall?: MaybeNumber;
  macro_f1?: MaybeNumber;
  macro_roc_auc?: MaybeNumber;
  balanced_accuracy?: MaybeNumber;
  classes?: {
    class: string;
    precision: MaybeNumber;
    recall: MaybeNumber;
    f1: MaybeNumber;
    roc_auc: MaybeNumber;
    support: number;
  }[];
  confusion?: number[][];
  r2?: MaybeNumber;
  mae?: MaybeNumber;
  rmse?: MaybeNumber;
  pinball_loss?: MaybeNumber;
  poisson_deviance?: MaybeNumber;
  /** The same with sample weights, where the data has them. */
  weighted?: Evaluation;
}

export interface Summary {
  schema: number;
  version: string;
  machine: { cpu: string; target: string; threads: number };
  data: { name: string; sha256: string; rows: number; train_rows: number; valid_rows: number; test_rows: number };
  network: string;
  parameters: number;
  epochs: number;
  stopped_early: boolean;
  final: EpochMetrics;
  best: Partial<EpochMetrics> & { monitor?: string };
  evaluation: Partial<Record<Part, Evaluation>>;
  wall_seconds: number;
  weights_sha256: string;
}

export interface LayerStatistics {
  layer: number;
  units: number;
  dead: number;
  saturated: number;
  activation_mean: MaybeNumber;
  activation_std: MaybeNumber;
  gradient_norm: MaybeNumber;
  weight_norm: MaybeNumber;
}

export type EpochStatistics = { epoch: number; layers: LayerStatistics[] };

export interface Mistake {
  row: number;
  label: number | string;
  predicted: number | string;
  label_probability: number;
  probability: number;
  pixels: string;
}

export interface Boundary {
  x: [number, number];
  y: [number, number];
  columns: number;
  rows: number;
  classes: string;
  probabilities: string;
  points: { x: number[]; y: number[]; label: number[] };
}

export interface CalibrationBin {
  low: number;
  high: number;
  count: number;
  confidence: MaybeNumber;
  accuracy: MaybeNumber;
}

export interface RocCurve {
  class: string | number;
  auc: MaybeNumber;
  false_positive: number[];
  true_positive: number[];
}

export interface Residuals {
  output: string | number;
  actual: number[];
  predicted: number[];
}

interface PictureSet<Item> {
  height: number;
  width: number;
  channels: number;
  items: Item[];
}

export type MistakeSet = PictureSet<Mistake>;
export type WeightSet = PictureSet<{ unit: number; largest: number; pixels: string }>;

export interface Analysis {
  schema: number;
  part: Part;
  rows: number;
  class_names?: string[];
  mistakes?: MistakeSet;
  weights?: WeightSet;
  boundary?: Boundary;
  calibration?: CalibrationBin[];
  roc?: RocCurve[];
  residuals?: Residuals[];
}

export interface Claim {
  claim: string;
  subject: string;
  method: string;
  value: MaybeNumber;
  lower: MaybeNumber;
  bound: MaybeNumber;
  unit: string;
  holds: boolean;
  note?: string;
}

export interface Detection {
  mutant: string;
  applies: boolean;
  caught_by: string[];
  note?: string;
}

export interface DifferenceCurve {
  group: string;
  parameters: number[];
  analytic: MaybeNumber[];
  steps: MaybeNumber[];
  differences: MaybeNumber[][];
  largest_error: MaybeNumber[];
  best_step: number;
  best_error: MaybeNumber;
  order: MaybeNumber;
  roundoff: MaybeNumber;
}

export interface TaylorCurve {
  subject: string;
  steps: MaybeNumber[];
  first: MaybeNumber[];
  second: MaybeNumber[];
  third: MaybeNumber[];
  slopes: MaybeNumber[];
  switching_units: number;
  smooth_piece: boolean;
}

export interface Certificate {
  schema: number;
  verdict: "holds" | "fails";
  /** Why claims that hold tell little. */
  weak?: string[];
  claims: Claim[];
  detection: Detection[];
  smallest_detected: MaybeNumber;
  loss: MaybeNumber;
  gradient: {
    groups: { group: string; parameters: number; touched: number; gradient_norm: MaybeNumber; explanation?: string }[];
    units: { layer: number; units: number; dead: number; saturated: number }[];
    constant_zero_inputs: number;
  };
  differences: DifferenceCurve[];
  taylor: TaylorCurve[];
  provenance: Record<string, unknown>;
  seconds: number;
  before_training?: Certificate;
}

export type SettingValue = string | number | boolean | null | undefined;

export interface StudyParameter {
  name: string;
  values?: SettingValue[];
  low?: number;
  high?: number;
  log?: boolean;
  step?: number;
}

export type TrialState = "waiting" | "running" | "complete" | "pruned" | "failed";

export interface Trial {
  number: number;
  state: TrialState;
  setting: Record<string, SettingValue>;
  value: MaybeNumber;
  spread: MaybeNumber;
  epochs: number;
  parameters: number;
  rungs: { epochs: number; value: MaybeNumber }[];
  runs: { seed: number; value: MaybeNumber; epochs: number; weights_sha256: string }[];
  error?: string;
  seconds: number;
  curves?: MaybeNumber[][];
}

export interface Study {
  schema: number;
  version: string;
  objective: string;
  larger_is_better: boolean;
  sampler: string;
  scheduler: string;
  seed: number;
  parameters: StudyParameter[];
  best: Trial | null;
  test: Evaluation | null;
  ranking: number[];
  /** Empty where there are too few complete trials to tell. */
  importance: { parameter: string; share: MaybeNumber; error?: MaybeNumber; groups: number }[];
  trials: Trial[];
}

export interface ReproductionRow {
  label: string;
  published: MaybeNumber;
  ours: MaybeNumber;
  digits: MaybeNumber;
  spread: [number, number] | null;
  verdict: "exact" | "within" | "off" | string;
}

export interface LinesFigure {
  title: string;
  kind: "lines";
  x_label: string;
  y_label: string;
  x_log: boolean;
  y_log: boolean;
  series: { label: string; x: MaybeNumber[]; y: MaybeNumber[]; dashed?: boolean }[];
}

export interface BoundaryFigure {
  title: string;
  kind: "boundary";
  boundary: Boundary;
}

export interface Reproduction {
  study: string;
  title?: string;
  rows: ReproductionRow[];
  verdict: string;
  figures?: (LinesFigure | BoundaryFigure)[];
  commentary?: string;
}
