// The whole page of a bundle: what it holds decides which parts there are.
// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from "preact/hooks";
import { CertificateView } from "./certificate/certificate";
import { Comparison } from "./compare/comparison";
import type { Bundle } from "./data/bundle";
import { seriesColor } from "./figure/palette";
import { Contents, type Part, partId, Section } from "./page/section";
import { ReproductionView } from "./reproduction/reproduction";
import { Curves } from "./run/curves";
import { RunOverview } from "./run/overview";
import { runParts } from "./run/parts";
import { RunsTable } from "./run/runs_table";
import { StudyView } from "./study/study";

export function App({ bundle }: { bundle: Bundle }) {
  const { runs } = bundle;
  const colors = useMemo(() => runs.map((_, i) => seriesColor(i)), [runs]);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [detail, setDetail] = useState(0);
  const drawn = useMemo(() => runs.filter((_, i) => !hidden.has(i)), [runs, hidden]);
  const drawnColors = useMemo(() => colors.filter((_, i) => !hidden.has(i)), [colors, hidden]);
  const run = runs[Math.min(detail, runs.length - 1)];

  const parts: Part[] = [];
  if (run) {
    const onDraw = (index: number, on: boolean) => {
      const next = new Set(hidden);
      if (on) next.delete(index);
      else next.add(index);
      setHidden(next);
    };
    parts.push({
      id: "overview",
      title: "Overview",
      content: (
        <>
          {runs.length > 1 && (
            <RunsTable
              {...{ runs, colors, onDraw, detail }}
              drawn={runs.map((_, i) => !hidden.has(i))}
              onDetail={setDetail}
            />
          )}
          {runs.length > 1 && <h3>{run.name}</h3>}
          <RunOverview run={run} />
        </>
      ),
    });
    parts.push({ id: "curves", title: "Curves", content: <Curves runs={drawn} colors={drawnColors} /> });
    if (runs.length > 1) {
      parts.push({ id: "comparison", title: "Comparison", content: <Comparison runs={runs} colors={colors} /> });
    }
    parts.push(...runParts(run));
    if (run.certificate) {
      parts.push({
        id: "certificate",
        title: "Gradient certificate",
        content: <CertificateView key={run.name} certificate={run.certificate} name={run.name} />,
      });
    }
  }
  bundle.certificates.forEach(({ name, certificate }, i) => {
    parts.push({
      id: partId("certificate", i),
      title: `Certificate ${name}`,
      content: <CertificateView certificate={certificate} name={name} />,
    });
  });
  bundle.studies.forEach(({ name, study }, i) => {
    parts.push({
      id: partId("study", i),
      title: `Search ${name}`,
      content: <StudyView study={study} name={name} />,
    });
  });
  bundle.reproductions.forEach(({ name, reproduction }, i) => {
    parts.push({
      id: partId("reproduction", i),
      title: `Reproduction ${name}`,
      content: <ReproductionView reproduction={reproduction} name={name} />,
    });
  });
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
          {parts.length === 0 && <p>There is nothing to show.</p>}
          {parts.map((part) => (
            <Section key={part.id} {...part} />
          ))}
        </main>
      </div>
    </>
  );
}
