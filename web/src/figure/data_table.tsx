// The numbers behind a figure as a table; long ones show their beginning and leave the rest to the CSV file.
// SPDX-License-Identifier: Apache-2.0
import { formatNumber } from "../data/number";
import type { Cell, Table } from "../data/table";
import { Scroll } from "../page/scroll";

const MOST_ROWS = 100;

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "number" ? formatNumber(cell, 6) : String(cell);
}

export function DataTable({ table, label }: { table: Table; label: string }) {
  const rows = table.rows.slice(0, MOST_ROWS);
  return (
    <>
      <Scroll label={label} short>
        <table>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                {row.map((cell, j) => (
                  <td key={j} class={typeof cell === "number" ? "number" : undefined}>
                    {cellText(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {table.rows.length > MOST_ROWS && (
        <p class="figure-note">
          The first {MOST_ROWS} of {table.rows.length} rows; the CSV file has all.
        </p>
      )}
    </>
  );
}
