"""Searches: over the program's keys, or over anything that a function of yours can measure."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ctypes
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ._data import Data
from ._library import InputError, call, library, take_bytes
from ._training import Config, train

#: A list of values, or a range: {"low": 1e-4, "high": 0.1, "log": True}; docs/search.md has all rules.
Space = Mapping[str, Any]


@dataclass(frozen=True)
class Trial:
    """One setting, and its value once it is known."""

    number: int
    setting: dict[str, Any]
    value: float | None = None


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return json.dumps(value)


def _key(name: str) -> str:
    """A key in TOML: dots divide it where it is one of the program's."""
    plain = name.replace(".", "").replace("_", "").isalnum() and name.isascii()
    return name if plain else json.dumps(name)


def _search_text(space: Space, options: Mapping[str, Any]) -> str:
    lines = ["[search]"] + [f"{_key(name)} = {_toml(value)}" for name, value in options.items()]
    lines += ["[search.space]"] + [f"{_key(name)} = {_toml(rule)}" for name, rule in space.items()]
    return "\n".join(lines) + "\n"


class Search:
    """Proposes settings and learns from their values. With the same answers the proposals are the same.

    >>> searching = gradus.Search({"x": {"low": -2.0, "high": 2.0}}, trials=30)
    >>> for trial in searching:
    ...     searching.tell(trial, (trial.setting["x"] - 1) ** 2)
    >>> searching.best

    sampler: grid, random, sobol, tpe, or auto: grid where every parameter is finite, else tpe. Other keywords are keys of
    [search], such as ``startup`` and ``constraints``.
    """

    def __init__(
        self,
        space: Space,
        *,
        trials: int = 0,
        sampler: str = "auto",
        maximize: bool = False,
        seed: int = 0,
        **options: Any,
    ) -> None:
        objective = "valid_accuracy" if maximize else "valid_loss"
        given = {"trials": trials, "sampler": sampler, "seed": seed, "objective": objective, **options}
        self._handle = ctypes.c_void_p()
        call("gradus_search_create", _search_text(space, given).encode(), ctypes.byref(self._handle))
        #: Trials that were told, in the order of telling.
        self.trials: list[Trial] = []

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle:
            library.gradus_search_free(handle)

    def ask(self) -> Trial | None:
        """The next setting to measure; None where all have been given."""
        return _trial(take_bytes("gradus_search_ask", self._handle))

    def tell(self, trial: Trial, value: float) -> None:
        """What `trial` gave; NaN: it failed."""
        call("gradus_search_tell", self._handle, trial.number, value)
        self.trials.append(Trial(trial.number, trial.setting, value))

    @property
    def best(self) -> Trial | None:
        """The best trial so far."""
        return _trial(take_bytes("gradus_search_best", self._handle))

    def __iter__(self) -> Iterator[Trial]:
        while (trial := self.ask()) is not None:
            yield trial


def _trial(text: bytes) -> Trial | None:
    found = json.loads(text)
    return None if found is None else Trial(found["trial"], found["setting"], found.get("value"))


def search(
    space: Space,
    data: Data | None = None,
    *,
    objective: Callable[[dict[str, Any]], float] | None = None,
    config: Config = None,
    measure: str = "valid_loss",
    trials: int = 0,
    **options: Any,
) -> Search:
    """Runs a whole search and returns it; ``best`` and ``trials`` say what was found.

    objective: a function of a setting, smaller is better unless ``maximize=True``. Without one each setting is a training
    of `config` with its keys changed on `data`, and `measure` of its last epoch counts ("valid_loss", "valid_accuracy", ...).
    """
    if objective is None:
        if isinstance(config, str):
            raise InputError("search: expected the configuration as a mapping of keys, found TOML text")
        base = dict(config or {})
        options.setdefault("maximize", not measure.endswith(("loss", "mae", "rmse")))

        def objective(setting: dict[str, Any]) -> float:
            run = train({**base, **setting}, data)
            if measure not in run.history[-1]:
                raise InputError(f"search: expected a measure of an epoch ({', '.join(run.history[-1])}), found {measure!r}")
            return float(run.history[-1][measure])

    searching = Search(space, trials=trials, **options)
    for trial in searching:
        value = objective(trial.setting)
        searching.tell(trial, math.nan if value is None else float(value))
    return searching
