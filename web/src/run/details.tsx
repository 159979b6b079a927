// What was trained and how: data, machine, layers, configuration.
// SPDX-License-Identifier: Apache-2.0
import type { Run } from "../data/bundle";
import { layersOf } from "../data/layers";
import { Configuration } from "./configuration";
import { RunFacts } from "./facts";
import { Layers } from "./layers";

export function Details({ run }: { run: Run }) {
  const layers = layersOf(run);
  return (
    <>
      <RunFacts run={run} />
      {layers && (
        <>
          <h3>Layers</h3>
          <Layers layers={layers} of={run.name} />
        </>
      )}
      {run.config.length > 0 && <h3>Configuration</h3>}
      <Configuration config={run.config} of={run.name} />
    </>
  );
}
