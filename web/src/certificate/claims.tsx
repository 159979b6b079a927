// Every claim with its verdict: a line per family, each claim on request.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Claim } from "../data/bundle";
import { allowed, type ClaimFamily } from "../data/certificate";
import { formatNumber } from "../data/number";
import { Scroll } from "../page/scroll";
import { Toggle } from "../page/toggle";

export function Verdict({ holds }: { holds: boolean }) {
  return <span class={holds ? "holds" : "fails"}>{holds ? "holds" : "fails"}</span>;
}

function Head({ columns }: { columns: [string, boolean][] }) {
  return (
    <thead>
      <tr>
        {columns.map(([name, number]) => (
          <th key={name} scope="col" class={number ? "number" : undefined}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function FamilyRow({ family }: { family: ClaimFamily }) {
  const { claims, holding, worst } = family;
  return (
    <tr>
      <td>
        <Verdict holds={holding === claims.length} />
      </td>
      <th scope="row">{family.claim}</th>
      <td class="number">{holding === claims.length ? claims.length : `${holding} of ${claims.length}`}</td>
      <td class="number">{formatNumber(worst.value, 3)}</td>
      <td class="number">{allowed(worst)}</td>
      <td>{family.unit}</td>
      <td>{worst.subject}</td>
    </tr>
  );
}

function ClaimRow({ claim }: { claim: Claim }) {
  return (
    <tr>
      <td>
        <Verdict holds={claim.holds} />
      </td>
      <th scope="row">{claim.claim}</th>
      <td>{claim.subject}</td>
      <td class="number">{formatNumber(claim.value, 3)}</td>
      <td class="number">{allowed(claim)}</td>
      <td>{claim.unit}</td>
      <td class="prose">
        {claim.method}
        {claim.note ? `; ${claim.note}` : ""}
      </td>
    </tr>
  );
}

export function Claims({ families, of }: { families: ClaimFamily[]; of: string }) {
  const claims = families.flatMap((family) => family.claims);
  const failing = claims.filter((claim) => !claim.holds);
  const [all, setAll] = useState(false);
  const listed = all ? claims : failing;
  return (
    <>
      <Scroll label={`Claims of ${of} by family`}>
        <table>
          <Head
            columns={[
              ["verdict", false],
              ["claim", false],
              ["checked", true],
              ["worst", true],
              ["allowed", true],
              ["unit", false],
              ["worst at", false],
            ]}
          />
          <tbody>
            {families.map((family) => (
              <FamilyRow key={family.claim + family.unit} family={family} />
            ))}
          </tbody>
        </table>
      </Scroll>
      <p class="figure-note">
        <Toggle label={`show each of the ${claims.length} claims`} of={of} on={all} onChange={setAll} />
      </p>
      {listed.length > 0 && (
        <Scroll label={`${all ? "All" : "Failing"} claims of ${of}`}>
          <table>
            <caption>{all ? "Every claim" : "Claims that fail"}</caption>
            <Head
              columns={[
                ["verdict", false],
                ["claim", false],
                ["subject", false],
                ["value", true],
                ["allowed", true],
                ["unit", false],
                ["method", false],
              ]}
            />
            <tbody>
              {listed.map((claim, i) => (
                <ClaimRow key={i} claim={claim} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}
