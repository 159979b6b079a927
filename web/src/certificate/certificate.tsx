// A certificate: verdict, claims, curves, detection, provenance.
// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from "preact/hooks";
import type { Certificate } from "../data/bundle";
import { claimFamilies } from "../data/certificate";
import { capitalized, formatCount, formatNumber, formatSeconds } from "../data/number";
import { Choice } from "../page/choice";
import { Scroll } from "../page/scroll";
import { Facts, Hash } from "../run/facts";
import { Claims } from "./claims";
import { Differences, Remainders } from "./curves";
import { DetectionTable } from "./detection";
import { StrainFigure } from "./strain_figure";
import { weakness } from "./verdict";

function GradientTable({ certificate, of }: { certificate: Certificate; of: string }) {
  return (
    <Scroll label={`Gradients of ${of}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">gradient of</th>
            <th scope="col" class="number">
              numbers
            </th>
            <th scope="col" class="number">
              not zero
            </th>
            <th scope="col" class="number">
              norm
            </th>
            <th scope="col">why the rest is zero</th>
          </tr>
        </thead>
        <tbody>
          {certificate.gradient.groups.map((group) => (
            <tr key={group.group}>
              <th scope="row">{group.group}</th>
              <td class="number">{formatCount(group.parameters)}</td>
              <td class="number">{formatCount(group.touched)}</td>
              <td class="number">{formatNumber(group.gradient_norm)}</td>
              <td class="prose">{group.explanation ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function text(value: unknown): string {
  return value === undefined || value === null ? "–" : String(value);
}

function ProvenanceFacts({ certificate }: { certificate: Certificate }) {
  const p = certificate.provenance;
  const data = (p.data ?? {}) as Record<string, unknown>;
  return (
    <Facts
      rows={[
        ["Network", `${text(p.network)}, ${formatCount(p.parameters as number)} parameters`],
        ["Source", text(p.source)],
        ["Loss", formatNumber(certificate.loss, 6)],
        [
          "Rows",
          `${text(p.rows)} for the engine, ${text(p.derivative_rows)} for derivatives, ${text(p.difference_rows)} for differences, seed ${text(p.seed)}`,
        ],
        ["Program", `Gradus ${text(p.version)}, ${text(p.build)}, ${text(p.target)}, ${text(p.threads)} threads`],
        ["Time", formatSeconds(certificate.seconds)],
        ["Parameters SHA-256", <Hash value={text(p.parameters_sha256)} />],
        [
          "Data SHA-256",
          <>
            <span>{text(data.name)} </span>
            <Hash value={text(data.sha256)} />
          </>,
        ],
      ]}
    />
  );
}

const AFTER = "after the last step";
const BEFORE = "before the first step";

export function CertificateView({ certificate, name }: { certificate: Certificate; name: string }) {
  const [point, setPoint] = useState(AFTER);
  const shown = point === BEFORE && certificate.before_training ? certificate.before_training : certificate;
  const families = useMemo(() => claimFamilies(shown), [shown]);
  const holding = shown.claims.filter((claim) => claim.holds).length;
  const weak = weakness(shown);
  return (
    <>
      {certificate.before_training && (
        <Choice label="Network" options={[AFTER, BEFORE]} value={point} onChange={setPoint} />
      )}
      <p class="verdict">
        The gradient certificate <strong class={shown.verdict === "holds" ? "holds" : "fails"}>{shown.verdict}</strong>:{" "}
        {formatCount(holding)} of {formatCount(shown.claims.length)} claims hold.
        {weak && <strong class="weak"> {capitalized(weak)}.</strong>}
      </p>
      <ProvenanceFacts certificate={shown} />
      <h3>Claims</h3>
      <Claims families={families} of={name} />
      <div class="figures spaced">
        <StrainFigure families={families} of={name} />
      </div>
      <DetectionTable certificate={shown} of={name} />
      <h3>Curves</h3>
      {shown.differences.length > 0 && (
        <div class="figures">
          <Differences curves={shown.differences} of={name} />
        </div>
      )}
      <Remainders curves={shown.taylor} of={name} />
      <h3>What has a gradient at all</h3>
      <GradientTable certificate={shown} of={name} />
    </>
  );
}
