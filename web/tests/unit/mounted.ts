// Views in a document, taken out again after each test: a figure that still waits to be drawn would find no document.
// SPDX-License-Identifier: Apache-2.0
import { type ComponentChild, render } from "preact";
import { afterEach } from "vitest";

const roots: HTMLElement[] = [];

export function mounted(view: ComponentChild): HTMLElement {
  const root = document.createElement("div");
  render(view, root);
  roots.push(root);
  return root;
}

afterEach(() => {
  for (const root of roots.splice(0)) render(null, root);
});
