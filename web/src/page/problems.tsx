// What is wrong with a record, as sentences; nothing where all is well.
// SPDX-License-Identifier: Apache-2.0

export function Problems({ problems = [] }: { problems?: string[] }) {
  if (problems.length === 0) return null;
  return (
    <ul class="problems" aria-label="Problems">
      {problems.map((problem, i) => (
        <li key={i}>{problem}</li>
      ))}
    </ul>
  );
}
