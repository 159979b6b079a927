// The data behind a figure: what its table shows and its CSV file holds.
// SPDX-License-Identifier: Apache-2.0

export type Cell = string | number | boolean | null | undefined;

export interface Table {
  columns: string[];
  rows: Cell[][];
}

function csvField(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180; numbers with all the digits that their double needs. */
export function toCsv(table: Table): string {
  return `${[table.columns, ...table.rows].map((row) => row.map(csvField).join(",")).join("\r\n")}\r\n`;
}
