// The configuration: what was changed from its default first, everything on request.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { ConfigEntry } from "../data/bundle";
import { Scroll } from "../page/scroll";
import { Toggle } from "../page/toggle";

export function Configuration({ config, of }: { config: ConfigEntry[]; of: string }) {
  const [all, setAll] = useState(false);
  if (config.length === 0) return null;
  const changed = config.filter((entry) => entry.value !== entry.default);
  const shown = all ? config : changed;
  return (
    <>
      <p class="figure-note">
        {changed.length} of {config.length} keys differ from their default.{" "}
        <Toggle label="show all keys" of={`the configuration of ${of}`} on={all} onChange={setAll} />
      </p>
      {shown.length > 0 && (
        <Scroll label={`Configuration of ${of}`}>
          <table class="configuration">
            <thead>
              <tr>
                <th scope="col">key</th>
                <th scope="col">value</th>
                <th scope="col">default</th>
                <th scope="col">meaning</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((entry) => {
                const differs = entry.value !== entry.default;
                return (
                  <tr key={entry.key} class={differs ? "changed" : undefined}>
                    <th scope="row">
                      <code>{entry.key}</code>
                    </th>
                    <td>
                      <code>{entry.value}</code>
                      {differs && all && <span class="mark"> changed</span>}
                    </td>
                    <td>
                      <code>{entry.default}</code>
                    </td>
                    <td>{entry.doc}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}
