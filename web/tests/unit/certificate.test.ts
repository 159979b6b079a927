// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Certificate, Claim } from "../../src/data/bundle";
import { allowed, catchingClaims, claimFamilies, strain } from "../../src/data/certificate";
import { makeCertificate } from "../fixtures/certificate.mjs";

function claim(value: number, lower: number, bound: number | string, holds = true): Claim {
  return { claim: "c", subject: "s", method: "m", unit: "u", value, lower, bound, holds };
}

test("strain is the share of the allowance, 1 at its edge", () => {
  expect(strain(claim(30, 0, 120))).toBe(0.25);
  expect(strain(claim(2.2, 1.8, 2.2))).toBeCloseTo(1, 12);
  expect(strain(claim(2, 1.8, 2.2))).toBeCloseTo(0, 12);
  expect(strain(claim(1, 0.01, "inf"))).toBe(0.01);
  expect(strain(claim(0, 0, 0))).toBe(0);
  expect(strain(claim(1, 0, 120, false))).toBe(Number.POSITIVE_INFINITY);
});

test("bounds are written as what they allow", () => {
  expect(allowed(claim(1, 0, 120))).toBe("≤ 120");
  expect(allowed(claim(2, 1.8, 2.2))).toBe("1.8 to 2.2");
  expect(allowed(claim(1, 0.5, "inf"))).toBe("> 0.50");
});

test("families hold every claim, and the failing one is their worst", () => {
  const certificate = makeCertificate({ failing: true }) as Certificate;
  const families = claimFamilies(certificate);
  expect(families.reduce((sum, family) => sum + family.claims.length, 0)).toBe(certificate.claims.length);
  const failing = families.filter((family) => family.holding < family.claims.length);
  expect(failing.map((family) => family.worst.subject)).toEqual(["as it trains"]);
});

test("the detection table has a column for each claim that caught a fault", () => {
  expect(catchingClaims(makeCertificate() as Certificate)).toEqual([
    "exact derivatives",
    "finite differences",
    "Taylor remainder, slope 2",
  ]);
});
