"""Figures for notebooks: inline, without scripts, libraries and a network. Each has ``save(path)``."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import html
import math
import os
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 480, 260, 62, 12, 24, 40
# Told apart also without colours that few people see: by their order in the legend and by dashes.
_COLORS = ("#3b6fb6", "#c4622d", "#2f7d4f", "#8a4fa3", "#b3261e", "#5c6670")
_DASHES = ("", "6 3", "2 3", "8 3 2 3", "4 4", "1 4")


class Figure:
    """Something that a notebook shows."""

    def __init__(self, content: str) -> None:
        self._content = content

    def _repr_html_(self) -> str:
        return self._content

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a page of HTML with the figure."""
        Path(path).write_text(f"<!doctype html><meta charset=utf-8>{self._content}", encoding="utf-8")


class _Axis:
    """From values to positions."""

    def __init__(self, values: Sequence[float], start: float, end: float, log: bool) -> None:
        self._log = log
        usable = [value for value in values if math.isfinite(value) and (value > 0.0 or not log)]
        low, high = (min(usable), max(usable)) if usable else (0.0, 1.0)
        self._low, self._high = self._scaled(low), self._scaled(high)
        if self._high - self._low < 1e-300:
            self._low, self._high = self._low - 0.5, self._high + 0.5
        self._start, self._end = start, end

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self._log else value

    def shows(self, value: float) -> bool:
        return math.isfinite(value) and (value > 0.0 or not self._log)

    def at(self, value: float) -> float:
        share = (self._scaled(value) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    def ticks(self) -> list[tuple[float, str]]:
        if self._log:
            decades = range(math.ceil(self._low - 1e-9), math.floor(self._high + 1e-9) + 1)
            return [(10.0**k, f"1e{k}") for k in decades[:: max(1, math.ceil(len(decades) / 6))]]
        step = 10.0 ** math.floor(math.log10((self._high - self._low) / 3.0))
        step *= next(f for f in (1.0, 2.0, 5.0, 10.0) if (self._high - self._low) / (step * f) <= 5.0)
        first = math.ceil(self._low / step - 1e-9)
        last = math.floor(self._high / step + 1e-9)
        return [(step * i, f"{step * i:.4g}") for i in range(first, last + 1)]


def lines(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    log_x: bool = False,
    log_y: bool = False,
) -> Figure:
    """Lines through points: a name, its x and its y for each."""
    x_axis = _Axis([x for xs, _ in series.values() for x in xs], _LEFT, _WIDTH - _RIGHT, log_x)
    y_axis = _Axis([y for _, ys in series.values() for y in ys], _HEIGHT - _BOTTOM, _TOP, log_y)
    height = _HEIGHT + 16 * ((len(series) + 2) // 3)
    label = html.escape(title or y_label)
    parts = [
        f'<svg role="img" aria-label="{label}" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="sans-serif" font-size="11" fill="currentColor">',
        f'<text x="{_LEFT}" y="14" font-weight="bold">{label}</text>',
    ]
    for value, text in y_axis.ticks():
        y = y_axis.at(value)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" opacity=".15"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        )
    for value, text in x_axis.ticks():
        parts.append(f'<text x="{x_axis.at(value):.1f}" y="{_HEIGHT - _BOTTOM + 15}" text-anchor="middle">{text}</text>')
    parts.append(f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 8}" text-anchor="end">{html.escape(x_label)}</text>')
    for i, (name, (xs, ys)) in enumerate(series.items()):
        color, dash = _COLORS[i % len(_COLORS)], _DASHES[i // len(_COLORS) % len(_DASHES)]
        points = " ".join(
            f"{x_axis.at(x):.1f},{y_axis.at(y):.1f}" for x, y in zip(xs, ys) if x_axis.shows(x) and y_axis.shows(y)
        )
        parts.append(
            f'<polyline fill="none" stroke="{color}" stroke-width="2" stroke-dasharray="{dash}" points="{points}"/>'
        )
        x, y = _LEFT + 140 * (i % 3), _HEIGHT + 4 + 16 * (i // 3)
        parts.append(
            f'<line x1="{x}" x2="{x + 18}" y1="{y}" y2="{y}" stroke="{color}" stroke-width="2" stroke-dasharray="{dash}"/>'
            f'<text x="{x + 24}" y="{y + 4}">{html.escape(name)}</text>'
        )
    return Figure("".join(parts) + "</svg>")


def curves(runs: Mapping[str, Any], measure: str = "train_loss", *, log: bool = False, title: str = "") -> Figure:
    """A measure of every epoch ("train_loss", "valid_loss", "valid_accuracy", ...) of runs or fitted estimators."""
    series = {}
    for name, run in runs.items():
        history = run.record_["epochs_done"] if hasattr(run, "record_") else run.history
        points = [(float(epoch["epoch"]), float(epoch[measure])) for epoch in history if epoch.get(measure) is not None]
        series[name] = ([x for x, _ in points], [y for _, y in points])
    return lines(series, title=title or measure.replace("_", " "), x_label="epoch", y_label=measure, log_y=log)


def difference_curve(certificate: Any, *, title: str = "") -> Figure:
    """Largest difference between the gradient and finite differences, by their step, for every group of parameters."""
    series = {}
    for group in certificate.record["differences"]:
        analytic = np.asarray(group["analytic"])
        largest = [float(np.abs(np.asarray(found) - analytic).max()) for found in group["differences"]]
        series[group["group"]] = (group["steps"], largest)
    title = title or "largest difference to finite differences"
    return lines(series, title=title, x_label="step h", y_label="difference", log_x=True, log_y=True)


def _png(pixels: np.ndarray) -> bytes:
    """A PNG file (ISO/IEC 15948) of height x width x 3 bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes())) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


def _rgb(color: str) -> np.ndarray:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def boundary(model: Any, X: Any, y: Any, *, title: str = "", size: int = 200) -> Figure:
    """What a model of two features answers all over the plane, with the points it is to tell apart."""
    points = np.asarray(X, dtype=float)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.08 * (high - low)
    low, high = low - margin, high + margin
    grid_x = np.linspace(low[0], high[0], size)
    grid_y = np.linspace(high[1], low[1], size)
    plane = np.stack(np.meshgrid(grid_x, grid_y), axis=-1).reshape(-1, 2)
    answers = model.predict_proba(plane) if hasattr(model, "predict_proba") else model.predict_outputs(plane)
    colors = np.stack([_rgb(_COLORS[k % len(_COLORS)]) for k in range(answers.shape[1])])
    pixels = np.clip(255.0 - 0.6 * (255.0 - answers @ colors), 0, 255).astype(np.uint8).reshape(size, size, 3)
    image = base64.b64encode(_png(pixels)).decode()
    classes, labels = np.unique(np.asarray(y), return_inverse=True)
    parts = [
        f'<figure style="display:inline-block;margin:4px"><figcaption>{html.escape(title)}</figcaption>'
        f'<svg role="img" aria-label="decision boundary {html.escape(title)}" width="{size}" height="{size}">'
        f'<image href="data:image/png;base64,{image}" width="{size}" height="{size}"/>'
    ]
    for point, label in zip(points[:400], labels[:400]):
        x, up = (point - low) / (high - low) * size
        color = _COLORS[label % len(_COLORS)]
        parts.append(f'<circle cx="{x:.1f}" cy="{size - up:.1f}" r="2" fill="{color}" stroke="#fff" stroke-width=".5"/>')
    return Figure("".join(parts) + "</svg></figure>")


def side_by_side(*figures: Figure) -> Figure:
    """Several figures in a row, which breaks where the page is narrow."""
    return Figure('<div style="display:flex;flex-wrap:wrap">' + "".join(f._repr_html_() for f in figures) + "</div>")


def table(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Rows of named values."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_shown(row.get(name, '')))}</td>" for name in names) + "</tr>" for row in rows
    )
    return Figure(f"<table><tr>{head}</tr>{body}</table>")


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def claims(title: str, found: Sequence[Mapping[str, Any]]) -> Figure:
    """Claims of a certificate: those of one name in a row, with the one that is closest to its bound."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for claim in found:
        groups.setdefault(str(claim["claim"]), []).append(claim)
    rows = []
    for name, group in groups.items():
        held = sum(bool(claim["holds"]) for claim in group)
        tightest = max(group, key=_share_of_bound)
        rows.append(
            {
                "": "holds" if held == len(group) else "FAILS",
                "claim": name,
                "of": f"{held} of {len(group)}",
                "closest to its bound": f"{tightest.get('subject', '')}: {_shown(tightest.get('value', ''))}",
                "allowed": f"{_shown(tightest.get('bound', ''))} {tightest.get('unit', '')}",
            }
        )
    return Figure(f"<div><b>{html.escape(title)}</b>{table(rows)._repr_html_()}</div>")


def _share_of_bound(claim: Mapping[str, Any]) -> float:
    value, bound = claim.get("value"), claim.get("bound")
    if not claim["holds"]:
        return math.inf
    if not isinstance(value, (int, float)) or not isinstance(bound, (int, float)) or bound <= 0:
        return 0.0
    return value / bound
