// A check box of a figure: its own name for the eye, the figure's beside it for screen readers.
// SPDX-License-Identifier: Apache-2.0

interface ToggleProps {
  label: string;
  of?: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

export function Toggle({ label, of, on, onChange }: ToggleProps) {
  return (
    <label class="toggle">
      <input type="checkbox" checked={on} onChange={(event) => onChange((event.target as HTMLInputElement).checked)} />
      {label}
      {of && <span class="unseen"> of {of}</span>}
    </label>
  );
}
