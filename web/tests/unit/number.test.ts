// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { formatCount, formatDigits, formatNumber, formatPercent, formatSeconds, toNumber } from "../../src/data/number";

test("numbers keep their significant digits and name their power of ten", () => {
  expect(formatNumber(0.0861712)).toBe("0.08617");
  expect(formatNumber(97.346)).toBe("97.35");
  expect(formatNumber(-1.5)).toBe("−1.500");
  expect(formatNumber(3.1622776e-14, 2)).toBe("3.2·10⁻¹⁴");
  expect(formatNumber(1e-5)).toBe("10⁻⁵");
  expect(formatNumber(0)).toBe("0");
  expect(formatNumber(31250)).toBe("31\u202f250");
  expect(formatNumber(9.99996)).toBe("10.00");
});

test("texts that stand for numbers JSON cannot write are read as these", () => {
  expect(toNumber("inf")).toBe(Number.POSITIVE_INFINITY);
  expect(toNumber("-inf")).toBe(Number.NEGATIVE_INFINITY);
  expect(toNumber("nan")).toBeNaN();
  expect(toNumber(null)).toBeNaN();
  expect(formatNumber("-inf")).toBe("−∞");
  expect(formatNumber("nan")).toBe("not a number");
  expect(formatNumber(undefined)).toBe("–");
});

test("counts, shares and times read as people write them", () => {
  expect(formatCount(1234567)).toBe("1\u202f234\u202f567");
  expect(formatCount(9999)).toBe("9999");
  expect(formatPercent(0.97352)).toBe("97.35\u202f%");
  expect(formatSeconds(0.0349)).toBe("34.9 ms");
  expect(formatSeconds(3.2)).toBe("3.20 s");
  expect(formatSeconds(192)).toBe("3 min 12 s");
  expect(formatSeconds(179.7)).toBe("3 min 0 s");
  expect(formatSeconds(7260)).toBe("2 h 1 min");
});

test("published numbers keep the digits that they have", () => {
  expect(formatDigits(0.9789)).toBe("0.9789");
  expect(formatDigits(0.024239615063063553)).toBe("0.024239615");
  expect(formatDigits(4.68e-9)).toBe("4.68·10⁻⁹");
  expect(formatDigits(0.1)).toBe("0.1");
  expect(formatDigits(100)).toBe("100");
});
