// A part of the page with a heading; the table of contents links to it.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { Guarded } from "./guarded";

export interface Part {
  id: string;
  title: string;
  /** Called inside the section's guard. */
  content: () => ComponentChildren;
  /** Listed below the part before it. */
  level?: 2 | 3;
}

export function Section({ id, title, content, level = 2 }: Part) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section id={id} aria-labelledby={`${id}-heading`} class={level === 2 ? "part" : "subpart"}>
      <Heading id={`${id}-heading`}>{title}</Heading>
      <Guarded what={title} content={content} />
    </section>
  );
}

/** A name as part of an address inside the page; the number keeps equal names apart. */
export function partId(kind: string, index: number): string {
  return `${kind}-${index + 1}`;
}

export function Contents({ parts }: { parts: Part[] }) {
  return (
    <nav class="contents" aria-label="Contents">
      <ul>
        {parts.map((part) => (
          <li key={part.id} class={part.level === 3 ? "below" : undefined}>
            <a href={`#${part.id}`}>{part.title}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
