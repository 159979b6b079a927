// A figure: title, picture with a text alternative, its data as a table, and buttons that save it.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Table } from "../data/table";
import { troubleSentence } from "../page/guarded";
import { DataTable } from "./data_table";
import { cancelDrawing, enqueueDrawing } from "./draw_queue";
import { saveCsv, savePng, saveSvg } from "./save";

export interface FigureProps {
  title: string;
  /** What a person who cannot see the picture should know. */
  summary: string;
  table: Table;
  /** Draws for a width in pixels; called again when the width or `draw` changes. */
  draw: (width: number) => SVGSVGElement;
  note?: ComponentChildren;
  controls?: ComponentChildren;
  /** Begins the names of saved files, where the title alone does not say whose figure it is. */
  fileStem?: string;
  wide?: boolean;
}

const FIRST_WIDTH = 480;
const LEAST_WIDTH = 240;

export function Figure(props: FigureProps) {
  const { title, summary, table, draw, note, controls, wide } = props;
  const frame = useRef<HTMLDivElement>(null);
  const owner = useRef({});
  const [width, setWidth] = useState(0);
  const [open, setOpen] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  useLayoutEffect(() => {
    const element = frame.current!;
    const measure = () => setWidth(Math.max(LEAST_WIDTH, Math.floor(element.clientWidth) || FIRST_WIDTH));
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (width === 0) return;
    enqueueDrawing(owner.current, () => {
      let svg: SVGSVGElement;
      try {
        svg = draw(width);
      } catch (error) {
        frame.current?.replaceChildren();
        setTrouble(troubleSentence(title, error));
        return;
      }
      setTrouble(null);
      // Plot's own style element is part of style/figures.css: a strict content security policy allows no other.
      svg.querySelector("style")?.remove();
      svg.setAttribute("aria-hidden", "true");
      frame.current?.replaceChildren(svg);
    });
  }, [width, draw, title]);
  useEffect(() => () => cancelDrawing(owner.current), []);

  const fileStem = props.fileStem ? `${props.fileStem} ${title}` : title;
  const save = (write: (svg: SVGSVGElement, name: string) => void) => {
    const shown = frame.current?.querySelector("svg");
    if (shown) write(shown, fileStem);
  };
  return (
    <figure class={wide ? "figure wide" : "figure"}>
      <figcaption>
        <span class="figure-title">{title}</span>
        {controls}
      </figcaption>
      <div class="picture" role="img" aria-label={`${title}. ${summary}`} ref={frame} />
      {trouble && <p class="trouble">{trouble}</p>}
      {note && <p class="figure-note">{note}</p>}
      <div class="figure-tools">
        <details onToggle={(event) => setOpen((event.target as HTMLDetailsElement).open)}>
          <summary>
            Data<span class="unseen"> of {title}</span>
          </summary>
          {open && <DataTable table={table} label={`Data of ${title}`} />}
        </details>
        <span class="save">
          Save{" "}
          <button type="button" aria-label={`Save ${title} as SVG`} onClick={() => save(saveSvg)}>
            SVG
          </button>
          <button type="button" aria-label={`Save ${title} as PNG`} onClick={() => save(savePng)}>
            PNG
          </button>
          <button type="button" aria-label={`Save ${title} as CSV`} onClick={() => saveCsv(table, fileStem)}>
            CSV
          </button>
        </span>
      </div>
    </figure>
  );
}
