// Numbers as people read them, and numbers that records had to write as text.
// SPDX-License-Identifier: Apache-2.0
import type { MaybeNumber } from "./bundle";

const SUPERSCRIPTS: Record<string, string> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};
const THIN_SPACE = "\u202f";
const MINUS = "\u2212";

/** The number, or NaN where there is none: "inf", "-inf" and "nan" are how records write what JSON cannot. */
export function toNumber(value: MaybeNumber | boolean): number {
  if (typeof value === "number") return value;
  if (value === "inf") return Number.POSITIVE_INFINITY;
  if (value === "-inf") return Number.NEGATIVE_INFINITY;
  return Number.NaN;
}

export function superscript(exponent: number): string {
  return Array.from(String(exponent), (character) => SUPERSCRIPTS[character] ?? character).join("");
}

function grouped(digits: string): string {
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}

/** Whole numbers with groups of three: 60 000. */
export function formatCount(value: MaybeNumber): string {
  const number = toNumber(value);
  if (!Number.isFinite(number)) return "–";
  return (number < 0 ? MINUS : "") + grouped(Math.abs(Math.round(number)).toString());
}

/** Significant digits; powers of ten where zeros would hide them. */
export function formatNumber(value: MaybeNumber, digits = 4): string {
  const number = toNumber(value);
  if (Number.isNaN(number)) return value === "nan" ? "not a number" : "–";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : `${MINUS}∞`;
  if (number === 0) return "0";
  const sign = number < 0 ? MINUS : "";
  const size = Math.abs(number);
  if (Number.isInteger(number) && size < 1e7) return sign + grouped(size.toString());
  const [mantissa = "", power = "0"] = size.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6) {
    const factor = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
    return `${sign}${factor === "1" ? "" : `${factor}·`}10${superscript(exponent)}`;
  }
  const [whole = "0", fraction] = size.toFixed(Math.max(0, digits - 1 - exponent)).split(".");
  return sign + grouped(whole) + (fraction ? `.${fraction}` : "");
}

/** Without zeros at the end: for numbers that were published with the digits they have. */
export function formatDigits(value: MaybeNumber, digits = 8): string {
  const text = formatNumber(value, digits);
  return text.includes("10") && text.includes("·") ? text : text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

/** A share as a percentage, with the digits that its number of rows can have. */
export function formatPercent(value: MaybeNumber, decimals = 2): string {
  const number = toNumber(value);
  return Number.isFinite(number) ? `${(100 * number).toFixed(decimals)}${THIN_SPACE}%` : "–";
}

export function formatSeconds(value: MaybeNumber): string {
  const seconds = toNumber(value);
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 1) return `${formatNumber(1000 * seconds, 3)} ms`;
  if (seconds < 100) return `${formatNumber(seconds, 3)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** As accuracy-like or plain number, by the metric's name. */
export function formatMetric(name: string, value: MaybeNumber): string {
  return isShare(name) ? formatPercent(value) : formatNumber(value);
}

/** Whether a metric is a share of rows, shown as a percentage. */
export function isShare(name: string): boolean {
  return /accuracy|top_k/.test(name);
}

/** The part as a person names it. */
export function partName(part: string): string {
  return { train: "training", valid: "validation" }[part] ?? part;
}

/** valid_top_k -> valid top k. */
export function spoken(name: string): string {
  return name.replaceAll("_", " ");
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
