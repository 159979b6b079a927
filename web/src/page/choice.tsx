// A choice between a few names.
// SPDX-License-Identifier: Apache-2.0

interface ChoiceProps {
  label: string;
  options: readonly string[];
  value: string;
  onChange: (value: string) => void;
}

export function Choice({ label, options, value, onChange }: ChoiceProps) {
  return (
    <label class="choice">
      {label}{" "}
      <select value={value} onChange={(event) => onChange((event.target as HTMLSelectElement).value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}
