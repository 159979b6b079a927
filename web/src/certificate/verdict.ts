// What a certificate says in a sentence.
// SPDX-License-Identifier: Apache-2.0
import type { Certificate } from "../data/bundle";
import { formatCount } from "../data/number";

/** Why claims that hold tell little: "weak, because ...". Empty where they tell enough, or fail. */
export function weakness({ verdict, weak }: Certificate): string {
  return verdict === "holds" && weak && weak.length > 0 ? `weak, because ${weak.join("; ")}` : "";
}

/** "holds: 175 of 175 claims hold, but it is weak, because ...." */
export function certificateVerdict(certificate: Certificate): string {
  const { claims, verdict } = certificate;
  const holding = claims.filter((claim) => claim.holds).length;
  const weak = weakness(certificate);
  return `${verdict}: ${formatCount(holding)} of ${formatCount(claims.length)} claims hold${weak && `, but it is ${weak}`}.`;
}
