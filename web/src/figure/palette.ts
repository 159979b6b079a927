// The colours of figures as names that the style sheet defines, and their values for saved files.
// SPDX-License-Identifier: Apache-2.0

/** What a saved picture gets in place of the names: the light colours of style/page.css, which a test compares. */
export const LIGHT: Record<string, string> = {
  "--paper": "#ffffff",
  "--ink": "#1b1e22",
  "--muted": "#596069",
  "--rule": "#d8dce1",
  "--accent": "#1b5e9e",
  "--bad": "#b3262e",
  "--good": "#1d6f45",
  "--s1": "#1b5e9e",
  "--s2": "#b4540a",
  "--s3": "#1d7447",
  "--s4": "#7a4aa0",
  "--s5": "#b3262e",
  "--s6": "#0c6b73",
  "--s7": "#7c5a1c",
  "--s8": "#a8336f",
  "--s9": "#596069",
  "--s10": "#63650f",
};

export const ACCENT = "var(--accent)";
export const MUTED = "var(--muted)";
export const RULE = "var(--rule)";
export const INK = "var(--ink)";
export const PAPER = "var(--paper)";
export const BAD = "var(--bad)";
export const GOOD = "var(--good)";

/** How many colours of series there are. */
export const SERIES = 10;

/** The colour of the i-th series; text in it has a contrast of 4.5 on the page. */
export function seriesColor(index: number): string {
  return `var(--s${(index % SERIES) + 1})`;
}
