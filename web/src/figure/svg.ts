// SVG elements for pictures that are no charts.
// SPDX-License-Identifier: Apache-2.0

const NAMESPACE = "http://www.w3.org/2000/svg";

export function svgElement<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number>,
  ...children: (SVGElement | string)[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

export function svgRoot(width: number, height: number, ...children: SVGElement[]): SVGSVGElement {
  return svgElement(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, fill: "currentColor", "font-size": 12 },
    ...children,
  );
}
