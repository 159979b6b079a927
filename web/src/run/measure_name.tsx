// The name of a measure and which way is better: an arrow for the eye, words for screen readers.
// SPDX-License-Identifier: Apache-2.0
import type { Measure } from "../data/measures";

export const ARROWS_NOTE = "↑ larger is better, ↓ smaller is better.";

export function MeasureName({ measure: { label, largerIsBetter } }: { measure: Measure }) {
  return (
    <>
      {label}{" "}
      <span class="mark" aria-hidden="true">
        {largerIsBetter ? "↑" : "↓"}
      </span>
      <span class="unseen">, {largerIsBetter ? "larger" : "smaller"} is better</span>
    </>
  );
}
