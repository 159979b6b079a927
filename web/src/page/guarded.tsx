// A part of the page that may fail by itself: a sentence stands in its place, and the rest of the page is as it was.
// SPDX-License-Identifier: Apache-2.0
import { Component, type ComponentChildren } from "preact";

interface GuardedProps {
  /** Names the part in the sentence. */
  what: string;
  content: () => ComponentChildren;
}

/** Why a part of the page is missing, in one sentence. */
export function troubleSentence(what: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `“${what}” cannot be shown, since its record is not as a report's must be (${reason}); the rest of the page is complete.`;
}

// A component of its own: a boundary catches what its children throw, not what it throws itself.
function Content({ content }: { content: () => ComponentChildren }) {
  return <>{content()}</>;
}

export class Guarded extends Component<GuardedProps, { trouble: string | null }> {
  override state = { trouble: null };

  override componentDidCatch(error: unknown) {
    this.setState({ trouble: troubleSentence(this.props.what, error) });
  }

  // New data may be right again.
  override componentWillReceiveProps(next: GuardedProps) {
    if (next.content !== this.props.content && this.state.trouble !== null) this.setState({ trouble: null });
  }

  override render({ content }: GuardedProps) {
    if (this.state.trouble !== null) return <p class="trouble">{this.state.trouble}</p>;
    return <Content content={content} />;
  }
}
