// A region that scrolls by itself, reachable with the keyboard; the page never scrolls sideways.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";

export function Scroll({ label, short, children }: { label: string; short?: boolean; children: ComponentChildren }) {
  return (
    <section class={short ? "scroll short" : "scroll"} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
