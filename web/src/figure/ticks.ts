// Places and texts of ticks: even steps of 1, 2 or 5 times a power of ten, or powers of ten on a logarithmic axis.
// SPDX-License-Identifier: Apache-2.0
import { formatDigits, formatNumber, superscript } from "../data/number";

type Domain = [low: number, high: number];

function evenStep([low, high]: Domain, most: number, whole: boolean): number {
  const wanted = (high - low) / Math.max(1, most);
  if (!(wanted > 0) || !Number.isFinite(wanted)) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= wanted * (1 - 1e-9))!;
  return whole ? Math.max(1, step) : step;
}

const multiple = (count: number, step: number) => Number((count * step).toPrecision(12));

function multiplesOf(step: number, [low, high]: Domain): number[] {
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => multiple(first + i, step));
}

/** At most about `most` ticks inside the domain, all multiples of one step; whole numbers alone where asked for. */
export function evenTicks(domain: Domain, most: number, whole = false): number[] {
  return multiplesOf(evenStep(domain, most, whole), domain);
}

/** The domain made larger so that it begins and ends at a tick, and its ticks. */
export function evenAxis([low, high]: Domain, most: number, whole = false): { domain: Domain; ticks: number[] } {
  const step = evenStep([low, high], most, whole);
  const domain: Domain = [multiple(Math.floor(low / step + 1e-9), step), multiple(Math.ceil(high / step - 1e-9), step)];
  return { domain, ticks: multiplesOf(step, domain) };
}

export function powerOfTen(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (Math.abs(Math.log10(value) - exponent) > 1e-9) return "";
  return exponent >= -2 && exponent <= 3 ? String(Number(value.toPrecision(1))) : `10${superscript(exponent)}`;
}

/** Ticks of a logarithmic axis: powers of ten, about `most` of them; 2 and 5 between where these are fewer than three. */
export function logTicks([low, high]: Domain, most = 7): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const every = Math.max(1, Math.ceil((last - first) / most));
  const inside = (tick: number) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9);
  const ticksOf = (factors: number[]) => {
    const ticks: number[] = [];
    for (let exponent = first; exponent <= last; exponent += every) {
      ticks.push(...factors.map((factor) => Number(`${factor}e${exponent}`)).filter(inside));
    }
    return ticks;
  };
  const powers = ticksOf([1]);
  const found = powers.length < 3 ? ticksOf([1, 2, 5]) : powers;
  return found.length < 2 ? evenTicks([low, high], Math.min(most, 4)) : found;
}

export function logTickText(value: number): string {
  return (
    powerOfTen(value) ||
    formatNumber(value, 2)
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "")
  );
}

export function tickText(value: number): string {
  return formatDigits(value, 6);
}

export function percentText(value: number): string {
  return `${Number((100 * value).toFixed(3))} %`;
}
