"""scikit-learn from 1.2 on: what moved or was renamed between its versions."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import utils as _utils
from sklearn.utils import validation as _validation

_HAS_FINITE_NAME = "ensure_all_finite" in _utils.check_array.__code__.co_varnames


def _finite(allow_nan: bool) -> dict[str, Any]:
    name = "ensure_all_finite" if _HAS_FINITE_NAME else "force_all_finite"
    return {name: "allow-nan" if allow_nan else True}


def is_sparse(X: Any) -> bool:
    """A scipy sparse matrix or array, without importing scipy."""
    return type(X).__module__.startswith("scipy.sparse")


def check_array(estimator: Any, X: Any) -> np.ndarray:
    """X as an array of numbers, NaN allowed; its type is kept."""
    array: np.ndarray = _utils.check_array(X, dtype="numeric", estimator=estimator, input_name="X", **_finite(True))
    return array


def check_targets(y: Any, *, numeric: bool, multi_output: bool) -> np.ndarray:
    """y as an array without missing values, with one dimension or two."""
    if multi_output and len(getattr(y, "shape", None) or np.shape(np.asarray(y))) == 2:
        array = _utils.check_array(y, dtype="numeric" if numeric else None, input_name="y", **_finite(False))
        if array.shape[1] > 1:
            return np.asarray(array)
        y = array
    array = np.asarray(_validation.column_or_1d(y, warn=True))
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("Input y contains NaN or infinity: expected a finite target in every row")
    return _numbers(array) if numeric else array


def _numbers(array: np.ndarray) -> np.ndarray:
    doubles: np.ndarray = array if array.dtype.kind in "fiub" else array.astype(np.float64)
    return doubles


def check_sample_weight(sample_weight: Any, rows: int) -> np.ndarray:
    """One weight a row."""
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.ndim == 0:
        weights = np.full(rows, float(weights))
    if weights.ndim != 1:
        raise ValueError("Sample weights must be 1D array or scalar")
    if weights.shape != (rows,):
        raise ValueError(f"sample_weight.shape == {weights.shape}, expected {(rows,)}!")
    return weights


def check_feature_names(estimator: Any, X: Any, reset: bool) -> None:
    """Sets or compares feature_names_in_."""
    if hasattr(_validation, "_check_feature_names"):
        _validation._check_feature_names(estimator, X, reset=reset)
    else:
        estimator._check_feature_names(X, reset=reset)


def check_n_features(estimator: Any, X: Any, found: int, reset: bool) -> None:
    """Sets or compares n_features_in_."""
    if reset:
        estimator.n_features_in_ = found
    elif found != estimator.n_features_in_:
        raise ValueError(
            f"X has {found} features, but {type(estimator).__name__} is expecting {estimator.n_features_in_} features "
            "as input"
        )
