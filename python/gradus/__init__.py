"""Gradus: fully connected neural networks with proof, bits and speed.

>>> from gradus import GradusClassifier
>>> model = GradusClassifier().fit(X, y)
"""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import figures
from ._data import Data
from ._library import GradusError, InputError, RunError, version
from ._model import Model, load
from ._search import Search, Trial, search
from ._training import Certificate, Run, check, make_data, report, resolve, train

if TYPE_CHECKING:
    from ._classifier import GradusClassifier
    from ._regressor import GradusRegressor

__version__ = version()
__all__ = [
    "Certificate",
    "Data",
    "GradusClassifier",
    "GradusError",
    "GradusRegressor",
    "InputError",
    "Model",
    "Run",
    "RunError",
    "Search",
    "Trial",
    "check",
    "figures",
    "load",
    "make_data",
    "report",
    "resolve",
    "search",
    "train",
]


def __getattr__(name: str) -> Any:
    # scikit-learn takes half a second to load: only who uses the estimators pays for it.
    if name == "GradusClassifier":
        from ._classifier import GradusClassifier

        return GradusClassifier
    if name == "GradusRegressor":
        from ._regressor import GradusRegressor

        return GradusRegressor
    raise AttributeError(f"module 'gradus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
