"""What a notebook shows of runs and certificates: inline, without scripts and without a network."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 460, 220, 52, 28
_COLORS = {"train": "#3b6fb6", "valid": "#c4622d"}


def _ticks(low: float, high: float) -> list[float]:
    span = high - low or abs(high) or 1.0
    step = 10.0 ** math.floor(math.log10(span / 3.0))
    step *= next(factor for factor in (1.0, 2.0, 5.0, 10.0) if span / (step * factor) <= 5.0)
    first = math.ceil(low / step)
    return [step * i for i in range(first, math.floor(high / step + 1e-9) + 1)]


def _line(values: Sequence[float], low: float, high: float, color: str) -> str:
    span = high - low or 1.0
    points = []
    for i, value in enumerate(values):
        x = _LEFT + (i / max(1, len(values) - 1)) * (_WIDTH - _LEFT - 10)
        y = 10 + (1.0 - (value - low) / span) * (_HEIGHT - _BOTTOM - 10)
        points.append(f"{x:.1f},{y:.1f}")
    return f'<polyline fill="none" stroke="{color}" stroke-width="2" points="{" ".join(points)}"/>'


def curves_html(title: str, history: Sequence[dict[str, Any]]) -> str:
    """Losses by epoch as a figure."""
    series = {
        part: [epoch[f"{part}_loss"] for epoch in history]
        for part in _COLORS
        if history and all(f"{part}_loss" in epoch for epoch in history)
    }
    finite = [value for values in series.values() for value in values if math.isfinite(value)]
    if not finite:
        return f"<div><b>{html.escape(title)}</b></div>"
    low, high = min(0.0, *finite), max(finite)
    span = high - low or 1.0
    parts = [
        f'<svg role="img" aria-label="loss by epoch" width="{_WIDTH}" height="{_HEIGHT}" '
        f'font-family="sans-serif" font-size="11" fill="currentColor">'
    ]
    for tick in _ticks(low, high):
        y = 10 + (1.0 - (tick - low) / span) * (_HEIGHT - _BOTTOM - 10)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" opacity=".15"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:.3g}</text>'
        )
    parts += [_line(values, low, high, _COLORS[part]) for part, values in series.items()]
    for i, part in enumerate(series):
        parts.append(f'<text x="{_WIDTH - 60}" y="{24 + 14 * i}" fill="{_COLORS[part]}">{part}</text>')
    parts.append(
        f'<text x="{_LEFT}" y="{_HEIGHT - 8}">epoch 1</text>'
        f'<text x="{_WIDTH - 10}" y="{_HEIGHT - 8}" text-anchor="end">{len(history)}</text></svg>'
    )
    return f"<div><b>{html.escape(title)}</b><br>loss by epoch<br>{''.join(parts)}</div>"


def certificate_html(title: str, claims: Sequence[dict[str, Any]]) -> str:
    """Claims as a table."""
    rows = []
    for claim in claims:
        verdict = "holds" if claim["holds"] else "fails"
        color = "#2f7d4f" if claim["holds"] else "#b3261e"
        subject = html.escape(str(claim.get("subject", "")))
        rows.append(
            f'<tr><td style="color:{color}">{verdict}</td><td>{html.escape(str(claim["claim"]))}</td>'
            f'<td>{subject}</td><td>{html.escape(_number(claim.get("value")))}</td>'
            f'<td>{html.escape(_number(claim.get("bound")))} {html.escape(str(claim.get("unit", "")))}</td></tr>'
        )
    head = "<tr><th></th><th>claim</th><th>subject</th><th>measured</th><th>bound</th></tr>"
    return f"<div><b>{html.escape(title)}</b><table>{head}{''.join(rows)}</table></div>"


def _number(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, (int, float)) else str(value)
