// Saves what a figure shows: its SVG with explicit colours, the same as PNG, its data as CSV.
// SPDX-License-Identifier: Apache-2.0
import { type Table, toCsv } from "../data/table";
import { LIGHT } from "./palette";

const SVG = "http://www.w3.org/2000/svg";
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";
const PNG_SCALE = 2;
// Characters that no XML file may hold, not even escaped; names in records may.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function explicitColor(value: string): string {
  return value
    .replace(/var\((--[\w-]+)\)/g, (name, key: string) => LIGHT[key] ?? name)
    .replace(/\bcurrentColor\b/gi, LIGHT["--ink"]!);
}

/** The shown picture as the text of a file that needs no style sheet. Pointer tips are not part of it. */
export function svgText(shown: SVGSVGElement): string {
  const copy = shown.cloneNode(true) as SVGSVGElement;
  for (const tip of copy.querySelectorAll("[data-transient], [aria-label=tip]")) tip.remove();
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const attribute of Array.from(element.attributes)) {
      const value = explicitColor(attribute.value);
      if (value !== attribute.value) element.setAttribute(attribute.name, value);
    }
  }
  copy.setAttribute("color", LIGHT["--ink"]!);
  copy.setAttribute("font-family", FONT);
  copy.removeAttribute("class");
  const background = copy.ownerDocument.createElementNS(SVG, "rect");
  background.setAttribute("width", "100%");
  background.setAttribute("height", "100%");
  background.setAttribute("fill", LIGHT["--paper"]!);
  copy.insertBefore(background, copy.firstChild);
  return new XMLSerializer().serializeToString(copy).replace(NOT_IN_XML, "\ufffd");
}

function pngBlob(svg: string, width: number, height: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = width * PNG_SCALE;
      canvas.height = height * PNG_SCALE;
      canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png");
    };
    image.onerror = () => reject(new Error("the picture cannot be drawn"));
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  });
}

/** A name that every file system takes. */
export function fileName(text: string, ending: string): string {
  const stem = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${stem || "figure"}.${ending}`;
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the address after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function saveSvg(shown: SVGSVGElement, name: string): void {
  download(new Blob([svgText(shown)], { type: "image/svg+xml" }), fileName(name, "svg"));
}

export async function savePng(shown: SVGSVGElement, name: string): Promise<void> {
  const { width, height } = shown.viewBox.baseVal;
  download(await pngBlob(svgText(shown), width, height), fileName(name, "png"));
}

export function saveCsv(table: Table, name: string): void {
  download(new Blob([toCsv(table)], { type: "text/csv;charset=utf-8" }), fileName(name, "csv"));
}
