// Steps through the pages of a long table.
// SPDX-License-Identifier: Apache-2.0

interface PagerProps {
  page: number;
  pages: number;
  onPage: (page: number) => void;
  of: string;
}

export function Pager({ page, pages, onPage, of }: PagerProps) {
  if (pages < 2) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${of}`}>
      <button type="button" disabled={page === 0} onClick={() => onPage(page - 1)}>
        previous
      </button>
      <span aria-live="polite">
        page {page + 1} of {pages}
      </span>
      <button type="button" disabled={page + 1 >= pages} onClick={() => onPage(page + 1)}>
        next
      </button>
    </nav>
  );
}
