// Labels at the ends of lines, moved apart where lines end close together.
// SPDX-License-Identifier: Apache-2.0

const CHARACTER_WIDTH = 6.3;

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

export function textWidth(text: string): number {
  return text.length * CHARACTER_WIDTH;
}

/** The text cut to a width, with an ellipsis. */
export function fitText(text: string, width: number): string {
  const most = Math.max(2, Math.floor(width / CHARACTER_WIDTH));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
