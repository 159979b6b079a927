// Draws figures a few milliseconds at a time, so that a page of many figures answers while it fills.
// SPDX-License-Identifier: Apache-2.0

const SLICE_MS = 12;
const waiting = new Map<object, () => void>();
let scheduled = false;

function work(): void {
  scheduled = false;
  const end = performance.now() + SLICE_MS;
  for (const [owner, draw] of waiting) {
    waiting.delete(owner);
    draw();
    if (performance.now() > end) break;
  }
  if (waiting.size > 0) schedule();
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setTimeout(work, 0);
}

/** A later drawing of the same owner replaces one that still waits. */
export function enqueueDrawing(owner: object, draw: () => void): void {
  waiting.set(owner, draw);
  schedule();
}

export function cancelDrawing(owner: object): void {
  waiting.delete(owner);
}

/** For printing: everything that waits is drawn now. */
export function drawAll(): void {
  for (const [owner, draw] of waiting) {
    waiting.delete(owner);
    draw();
  }
}
