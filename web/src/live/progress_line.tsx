// What a run does just now, and the button that stops it where the server allows that.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Progress } from "../data/live";
import { formatCount, formatNumber, formatPercent, formatSeconds } from "../data/number";

interface ProgressLineProps {
  name: string;
  progress: Progress | undefined;
  /** Absent where runs may not be stopped. */
  onStop?: (name: string) => Promise<string>;
}

export function ProgressLine({ name, progress: p, onStop }: ProgressLineProps) {
  const [answer, setAnswer] = useState("");
  return (
    <div class="progress">
      <strong>{name}</strong>
      {p ? (
        <>
          <progress
            aria-label={`Progress of ${name}`}
            max={p.epochs * p.num_batches}
            value={(p.epoch - 1) * p.num_batches + p.batch}
          />
          <span>
            epoch {p.epoch} of {p.epochs}, batch {formatCount(p.batch)} of {formatCount(p.num_batches)}, loss{" "}
            {formatNumber(p.loss)}
            {p.accuracy !== undefined && `, accuracy ${formatPercent(p.accuracy)}`}, {formatCount(p.samples_per_second)}{" "}
            samples/s, {formatSeconds(p.seconds_left)} left
          </span>
        </>
      ) : (
        <span>running</span>
      )}
      {onStop && (
        <button type="button" onClick={async () => setAnswer(await onStop(name))}>
          Stop
        </button>
      )}
      {answer && <span role="status">{answer}</span>}
    </div>
  );
}
