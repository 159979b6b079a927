// The whole page of a bundle: what it holds decides which parts there are.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { CertificateView } from "./certificate/certificate";
import { Comparison } from "./compare/comparison";
import type { Bundle, Run } from "./data/bundle";
import { seriesColor } from "./figure/palette";
import { Problems } from "./page/problems";
import { Contents, type Part, partId, Section } from "./page/section";
import { ReproductionView } from "./reproduction/reproduction";
import { Curves } from "./run/curves";
import { RunOverview } from "./run/overview";
import { runParts } from "./run/parts";
import { RunsTable } from "./run/runs_table";
import { StudyView } from "./study/study";

/** Which runs are drawn in the curves, and which one is shown in detail. */
function useRunChoice(runs: Run[]) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [detail, setDetail] = useState("");
  // Runs keep their colour when others are hidden; the list of colours is the same object as long as it is equal.
  const count = runs.length;
  const colors = useMemo(() => Array.from({ length: count }, (_, i) => seriesColor(i)), [count]);
  const drawn = runs.map((run) => !hidden.has(run.name));
  const key = drawn.join(); // stands for `drawn`, which is another object each time
  const drawnColors = useMemo(() => colors.filter((_, i) => drawn[i]), [colors, key]);
  const drawnRuns = useMemo(() => runs.filter((_, i) => drawn[i]), [runs, key]);
  const onDraw = (index: number, on: boolean) => {
    const next = new Set(hidden);
    if (on) next.delete(runs[index]!.name);
    else next.add(runs[index]!.name);
    setHidden(next);
  };
  const found = runs.findIndex((run) => run.name === detail);
  const onDetail = (index: number) => setDetail(runs[index]!.name);
  return { colors, drawn, drawnColors, drawnRuns, onDraw, detail: Math.max(0, found), onDetail };
}

interface CheckedRecord {
  problems?: string[];
}

function recordPart(
  kind: string,
  index: number,
  title: string,
  { problems }: CheckedRecord,
  view: ComponentChildren,
): Part {
  const content = () => (
    <>
      <Problems problems={problems} />
      {view}
    </>
  );
  return { id: partId(kind, index), title, content };
}

/** What the page is about where there is more than runs; a study brings its best run along. */
function recordParts({ reproductions, studies, certificates }: Bundle): Part[] {
  return [
    ...reproductions.map((record, i) => {
      const view = <ReproductionView reproduction={record.reproduction} name={record.name} />;
      return recordPart("reproduction", i, `Study ${record.reproduction.study}`, record, view);
    }),
    ...studies.map((record, i) =>
      recordPart("study", i, `Search ${record.name}`, record, <StudyView study={record.study} name={record.name} />),
    ),
    ...certificates.map((record, i) => {
      const view = <CertificateView certificate={record.certificate} name={record.name} />;
      return recordPart("certificate", i, `Certificate ${record.name}`, record, view);
    }),
  ];
}

interface AppProps {
  bundle: Bundle;
  /** Before everything else: the live page's list of runs. */
  intro?: ComponentChildren;
}

export function App({ bundle, intro }: AppProps) {
  const { runs } = bundle;
  const { drawnRuns, drawnColors, ...choice } = useRunChoice(runs);
  const run = runs[choice.detail];
  const parts: Part[] = [];
  if (intro) parts.push({ id: "folder", title: "Runs of the folder", content: () => intro });
  const records = recordParts(bundle);
  parts.push(...records);
  if (run) {
    parts.push({
      id: "overview",
      title: records.length === 0 ? "Overview" : runs.length > 1 ? "Runs" : `Run ${run.name}`,
      content: () => (
        <>
          {runs.length > 1 && <RunsTable runs={runs} {...choice} />}
          {runs.length > 1 && <h3>{run.name}</h3>}
          <RunOverview run={run} />
        </>
      ),
    });
    parts.push({ id: "curves", title: "Curves", content: () => <Curves runs={drawnRuns} colors={drawnColors} /> });
    if (runs.length > 1) {
      const comparison = () => <Comparison runs={runs} colors={choice.colors} />;
      parts.push({ id: "comparison", title: "Comparison", content: comparison });
    }
    parts.push(...runParts(run));
  }
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="masthead">
        <p class="kind">Gradus {bundle.version}</p>
        <h1>{bundle.title}</h1>
      </header>
      <div class="columns">
        <Contents parts={parts} />
        <main id="main" tabIndex={-1}>
          <Problems problems={bundle.problems} />
          {parts.length === 0 && <p>There is nothing to show.</p>}
          {parts.map((part) => (
            <Section key={part.id} {...part} />
          ))}
        </main>
      </div>
    </>
  );
}
