// Labels: their widths, what is left of them where there is no room, and their places where lines end close together.
// SPDX-License-Identifier: Apache-2.0

// Where a browser cannot be asked: that of a wide sans at 12 pixels.
const CHARACTER_WIDTH = 7;
const SIZE = 12;

let context: OffscreenCanvasRenderingContext2D | null | undefined;

function measuring(): OffscreenCanvasRenderingContext2D | null {
  if (context === undefined) {
    context = typeof OffscreenCanvas === "undefined" ? null : new OffscreenCanvas(1, 1).getContext("2d");
    const sans = context && getComputedStyle(document.documentElement).getPropertyValue("--sans");
    if (context) context.font = `${SIZE}px ${sans || "sans-serif"}`;
  }
  return context;
}

/** Width in pixels of a text of 12 pixels. */
export function textWidth(text: string): number {
  return measuring()?.measureText(text).width ?? text.length * CHARACTER_WIDTH;
}

/** The largest of the texts' widths. */
export function widest(texts: string[]): number {
  return texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
}

function cut(text: string, width: number, shorten: (text: string, length: number) => string): string {
  if (textWidth(text) <= width) return text;
  let length = Math.min(text.length - 1, Math.ceil((text.length * width) / textWidth(text)) + 2);
  while (length > 1 && textWidth(shorten(text, length)) > width) length--;
  return shorten(text, length);
}

/** The text cut to a width, with an ellipsis. */
export function fitText(text: string, width: number): string {
  return cut(text, width, (whole, length) => `${whole.slice(0, length)}…`);
}

/** Texts cut to a width at their ends, or in front where they would no longer differ. */
export function fitTexts(texts: string[], width: number): string[] {
  const fitted = texts.map((text) => fitText(text, width));
  if (new Set(fitted).size === new Set(texts).size) return fitted;
  return texts.map((text) => cut(text, width, (whole, length) => `…${whole.slice(-length)}`));
}

/** Places near the wanted ones, at least `gap` apart and inside [low, high] as far as there is room. */
export function spreadPlaces(wanted: number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const places = [...wanted];
  // Labels that touch form a block around the mean of their wanted places; blocks that touch merge.
  const blocks: { members: number[]; middle: number }[] = [];
  const half = (count: number) => ((count - 1) * gap) / 2;
  for (const index of order) {
    let block = { members: [index], middle: wanted[index]! };
    for (let last = blocks.at(-1); last; last = blocks.at(-1)) {
      if (block.middle - half(block.members.length) - (last.middle + half(last.members.length)) >= gap) break;
      blocks.pop();
      const members = [...last.members, ...block.members];
      const middle = members.reduce((sum, i) => sum + wanted[i]!, 0) / members.length;
      block = { members, middle };
    }
    const room = half(block.members.length);
    block.middle = Math.max(low + room, Math.min(high - room, block.middle));
    blocks.push(block);
  }
  for (const { members, middle } of blocks) {
    members.forEach((index, i) => {
      places[index] = middle - half(members.length) + i * gap;
    });
  }
  return places;
}
