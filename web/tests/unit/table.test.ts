// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { toCsv } from "../../src/data/table";

test("CSV quotes what would break a field and keeps every digit", () => {
  const csv = toCsv({
    columns: ["name", "a,b"],
    rows: [
      ['say "hi"', 0.1 + 0.2],
      ["two\nlines", null],
      ["<script>", true],
    ],
  });
  expect(csv).toBe('name,"a,b"\r\n"say ""hi""",0.30000000000000004\r\n"two\nlines",\r\n<script>,true\r\n');
});
