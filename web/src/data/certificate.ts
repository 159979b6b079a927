// Claims by family, and how much of its allowance each of them used.
// SPDX-License-Identifier: Apache-2.0
import type { Certificate, Claim } from "./bundle";
import { formatNumber, toNumber } from "./number";

/** Claims of one kind that are measured in one unit, and so may be compared with each other. */
export interface ClaimFamily {
  claim: string;
  unit: string;
  claims: Claim[];
  holding: number;
  /** Of all claims the one nearest to its bound, or beyond it. */
  worst: Claim;
}

/** The share of the allowance that a claim used: 1 at its edge, infinite where it fails. As the program's own table. */
export function strain(claim: Claim): number {
  const [value, lower, bound] = [toNumber(claim.value), toNumber(claim.lower), toNumber(claim.bound)];
  if (!claim.holds) return Number.POSITIVE_INFINITY;
  if (!Number.isFinite(bound)) return value > 0 ? lower / value : 1;
  if (lower !== 0) {
    const middle = 0.5 * (lower + bound);
    return Math.abs(value - middle) / (bound - middle);
  }
  return bound > 0 ? value / bound : 0;
}

export function allowed(claim: Claim): string {
  const [lower, bound] = [toNumber(claim.lower), toNumber(claim.bound)];
  if (!Number.isFinite(bound)) return `> ${formatNumber(lower, 2)}`;
  if (lower !== 0) return `${formatNumber(lower, 2)} to ${formatNumber(bound, 2)}`;
  return `≤ ${formatNumber(bound, 3)}`;
}

export function claimFamilies(certificate: Certificate): ClaimFamily[] {
  const families = new Map<string, Claim[]>();
  for (const claim of certificate.claims) {
    const key = JSON.stringify([claim.claim, claim.unit]);
    families.set(key, [...(families.get(key) ?? []), claim]);
  }
  return [...families.values()].map((claims) => ({
    claim: claims[0]!.claim,
    unit: claims[0]!.unit,
    claims,
    holding: claims.filter((claim) => claim.holds).length,
    worst: claims.reduce((worst, claim) => (strain(claim) > strain(worst) ? claim : worst)),
  }));
}

/** The claims that catch some fault, in the order in which the certificate states them: columns of the detection table. */
export function catchingClaims(certificate: Certificate): string[] {
  const caught = new Set(certificate.detection.flatMap((detection) => detection.caught_by));
  const stated = [...new Set(certificate.claims.map((claim) => claim.claim))].filter((claim) => caught.has(claim));
  return [...stated, ...[...caught].filter((claim) => !stated.includes(claim))];
}
