// The configuration: what somebody set and what was chosen for the data first, everything on request.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { ConfigEntry } from "../data/bundle";
import { Scroll } from "../page/scroll";
import { Toggle } from "../page/toggle";

const differs = (entry: ConfigEntry) => entry.value !== entry.default;

/** "set" by somebody, "chosen" by the program, or the default; where nobody wrote down what was set: "changed". */
export function sourceOf(entry: ConfigEntry): "set" | "chosen" | "changed" | "default" {
  if (entry.stated === undefined) return differs(entry) ? "changed" : "default";
  if (entry.stated) return "set";
  return differs(entry) ? "chosen" : "default";
}

/** How many keys were set, and how many were chosen. */
export function configurationSentence(config: ConfigEntry[]): string {
  const count = (source: string) => config.filter((entry) => sourceOf(entry) === source).length;
  if (config.every((entry) => entry.stated === undefined)) {
    return `${count("changed")} of ${config.length} keys differ from their default, set or chosen for the data.`;
  }
  const same = config.filter((entry) => entry.stated && !differs(entry)).length;
  const toDefault = same > 0 ? ` (${same} of them to the default)` : "";
  return `${count("set")} of ${config.length} keys were set${toDefault}; ${count("chosen")} others were chosen for the data.`;
}

function Row({ entry }: { entry: ConfigEntry }) {
  const source = sourceOf(entry);
  return (
    <tr class={source === "set" || source === "changed" ? "changed" : undefined}>
      <th scope="row">
        <code>{entry.key}</code>
      </th>
      <td>
        <code>{entry.value}</code>
      </td>
      <td class="quiet">{source}</td>
      <td>
        <code>{entry.default}</code>
      </td>
      <td>{entry.doc}</td>
    </tr>
  );
}

export function Configuration({ config, of }: { config: ConfigEntry[]; of: string }) {
  const [all, setAll] = useState(false);
  if (config.length === 0) return null;
  const shown = all ? config : config.filter(differs);
  return (
    <>
      <p class="figure-note">
        {configurationSentence(config)}{" "}
        <Toggle label="show all keys" of={`the configuration of ${of}`} on={all} onChange={setAll} />
      </p>
      {shown.length > 0 && (
        <Scroll label={`Configuration of ${of}`}>
          <table class="configuration">
            <thead>
              <tr>
                {["key", "value", "from", "default", "meaning"].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((entry) => (
                <Row key={entry.key} entry={entry} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}
