// The detection table: which claims notice which injected fault.
// SPDX-License-Identifier: Apache-2.0
import type { Certificate } from "../data/bundle";
import { catchingClaims } from "../data/certificate";
import { formatNumber } from "../data/number";
import { Scroll } from "../page/scroll";

export function DetectionTable({ certificate, of }: { certificate: Certificate; of: string }) {
  const claims = catchingClaims(certificate);
  if (certificate.detection.length === 0) return null;
  return (
    <>
      <h3>What the certificate would have noticed</h3>
      <p>
        Known faults were injected into a copy of the gradient, and every claim judged again. ✕: a claim that holds now
        would fail. The smallest relative error of one layer's gradient that some claim notices is{" "}
        <strong>{formatNumber(certificate.smallest_detected, 2)}</strong>.
      </p>
      <Scroll label={`Detection table of ${of}`}>
        <table class="detection">
          <thead>
            <tr>
              <th scope="col">fault</th>
              <th scope="col" class="number">
                noticed by
              </th>
              {claims.map((claim) => (
                <th key={claim} scope="col" class="upright">
                  <span>{claim}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {certificate.detection.map((detection) => (
              <tr key={detection.mutant}>
                <th scope="row">{detection.mutant}</th>
                {detection.applies ? (
                  <>
                    <td class="number">{detection.caught_by.length}</td>
                    {claims.map((claim) => (
                      <td key={claim} class="cross">
                        {detection.caught_by.includes(claim) ? (
                          <span role="img" aria-label="noticed">
                            ✕
                          </span>
                        ) : (
                          ""
                        )}
                      </td>
                    ))}
                  </>
                ) : (
                  <td colSpan={claims.length + 1} class="quiet">
                    does not apply{detection.note ? `: ${detection.note}` : ""}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
