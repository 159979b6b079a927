// The page of the live server: the folder's runs, and below them the report of those that are ticked, up to date.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo, useState } from "preact/hooks";
import { App } from "../app";
import type { Bundle } from "../data/bundle";
import { LiveClient, type LiveState } from "./client";
import { Entries } from "./entries";
import { ProgressLine } from "./progress_line";

export function LivePage({ bundle }: { bundle: Bundle }) {
  const [state, setState] = useState<LiveState | null>(null);
  const client = useMemo(() => new LiveClient(setState), []);
  useEffect(() => {
    client.start();
    return () => client.stop();
  }, [client]);
  const list = state?.list;
  const control = list?.control ?? bundle.control ?? false;
  const shown = state?.bundle ?? bundle;
  const running = shown.runs.filter((run) => run.state === "running");
  const intro = (
    <>
      <p role="status" class={state?.trouble ? "trouble" : "unseen"}>
        {state?.trouble ?? ""}
      </p>
      {running.map((run) => (
        <ProgressLine
          key={run.name}
          name={run.name}
          progress={state?.progress[run.name]}
          onStop={control ? (name) => client.stopRun(name) : undefined}
        />
      ))}
      {list ? (
        <Entries list={list} chosen={state?.chosen ?? []} onChoose={(names) => client.choose(names)} />
      ) : (
        <p>Asking the server for its runs.</p>
      )}
    </>
  );
  return <App bundle={{ ...shown, title: bundle.title }} intro={intro} />;
}
