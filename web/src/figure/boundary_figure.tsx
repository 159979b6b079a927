// A decision boundary as a figure.
// SPDX-License-Identifier: Apache-2.0
import { useCallback, useMemo } from "preact/hooks";
import type { Boundary } from "../data/bundle";
import { boundaryTable, classesOf, drawBoundary } from "./boundary";
import { Figure } from "./figure";

interface BoundaryFigureProps {
  title: string;
  boundary: Boundary;
  names?: string[];
  fileStem?: string;
}

export function BoundaryFigure({ title, boundary, names, fileStem }: BoundaryFigureProps) {
  const table = useMemo(() => boundaryTable(boundary, names), [boundary, names]);
  const draw = useCallback((width: number) => drawBoundary(boundary, names, width), [boundary, names]);
  const summary = `The plane from ${boundary.x.join(" to ")} by ${boundary.y.join(" to ")}, divided among ${
    classesOf(boundary).length
  } classes, with ${boundary.points.label.length} data points.`;
  return (
    <Figure
      title={title}
      fileStem={fileStem}
      summary={summary}
      table={table}
      draw={draw}
      note="Areas: the winning class, paler where it is less sure. Points: the data, in the colour of their label."
    />
  );
}
