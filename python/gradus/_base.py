"""What the two estimators share: parameters, columns, training."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numbers
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ._compat import (
    check_array,
    check_feature_names,
    check_n_features,
    check_sample_weight,
    check_targets,
    is_sparse,
)
from ._data import Data, array_data, column_names, frame_data, is_frame
from ._model import Model
from ._training import EpochCallback, Run, Watcher, loss_figure, train_data

_MOST_SEEDS = 2**32


def _one_or_list(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, list, np.ndarray)) else [value]


class GradusBase(BaseEstimator):
    """Parameters, fitting and prediction; the targets are the subclasses' own."""

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | None = None,
        activation: str | Sequence[str] | None = None,
        *,
        optimizer: str | None = None,
        learning_rate: float | None = None,
        batch_size: int | None = None,
        max_iter: int | None = None,
        early_stopping: bool | None = None,
        validation_fraction: float | None = None,
        n_iter_no_change: int | None = None,
        dropout: float | Sequence[float] | None = None,
        l2: float | None = None,
        weight_decay: float | None = None,
        loss: str | None = None,
        max_time: float | None = None,
        dtype: str = "f32",
        random_state: Any = None,
        n_jobs: int | None = None,
        categorical_features: Sequence[str] | None = None,
        warm_start: bool = False,
        verbose: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.dropout = dropout
        self.l2 = l2
        self.weight_decay = weight_decay
        self.loss = loss
        self.max_time = max_time
        self.dtype = dtype
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.categorical_features = categorical_features
        self.warm_start = warm_start
        self.verbose = verbose
        self.options = options

    # ---- configuration ----

    def _seed(self) -> int:
        state = self.random_state
        if state is None:
            return 0
        if isinstance(state, numbers.Integral):
            return int(state)
        return int(state.randint(_MOST_SEEDS, dtype=np.uint32))

    def _threads(self) -> int:
        """0: one per core. Inside joblib's processes the processes are enough."""
        jobs = self.n_jobs
        if jobs is None:
            return 1 if "LOKY_MAX_CPU_COUNT" in os.environ or "JOBLIB_SPAWNED_PROCESS" in os.environ else 0
        cores = os.cpu_count() or 1
        return max(1, cores + 1 + jobs) if jobs < 0 else jobs

    def _config(self) -> dict[str, Any]:
        """The program's keys for these parameters; what is None is left to the program's defaults."""
        config: dict[str, Any] = {
            "training.optimizer": self.optimizer,
            "training.learning_rate": self.learning_rate,
            "training.batch_size": self.batch_size,
            "training.epochs": self.max_iter,
            "training.weight_decay": self.weight_decay,
            "training.dtype": self.dtype,
            "training.seed": self._seed(),
            "training.threads": self._threads(),
            "network.loss": self.loss,
            "early_stopping.patience": self.n_iter_no_change,
            "data.valid": self.validation_fraction,
        }
        lists = {
            "network.hidden": self.hidden_layer_sizes,
            "network.activation": self.activation,
            "network.dropout": self.dropout,
            "network.l2": self.l2,
            "data.categories": self.categorical_features,
        }
        config.update({key: _one_or_list(value) for key, value in lists.items() if value is not None})
        if self.early_stopping is False:
            config.update({"early_stopping.patience": 0, "data.valid": 0.0})
        if self.early_stopping is True and self.n_iter_no_change is None:
            config["early_stopping.patience"] = 10
        config.update(self.options or {})
        return config

    # ---- rows ----

    def _rows(self, X: Any, reset: bool) -> Data:
        """X as the library reads it, its columns checked against those of fit."""
        if is_sparse(X):
            raise TypeError(
                "X: expected a dense array or a data frame, found a sparse matrix; sparse input is not supported, "
                "use X.toarray()"
            )
        if is_frame(X):
            check_feature_names(self, X, reset=reset)
            check_n_features(self, X, len(column_names(X)), reset=reset)
            if len(X) == 0:
                raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")
            return frame_data(X, "X")
        array = check_array(self, X)
        check_feature_names(self, X, reset=reset)
        check_n_features(self, array, array.shape[1], reset=reset)
        return array_data(array, "X", [f"x{i}" for i in range(array.shape[1])])

    def _with_weights(self, data: Data, sample_weight: Any) -> Data:
        if sample_weight is not None:
            weights = check_sample_weight(sample_weight, len(data))
            if not np.any(weights > 0):
                raise ValueError("sample_weight: expected a weight above 0, found only zeros: Sample weights must contain "
                                 "at least one non-zero number.")
            data.set_weights(weights)
        return data

    def _rows_and_targets(self, X: Any, y: Any, reset: bool, *, numeric: bool) -> tuple[Data, np.ndarray]:
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is None."
            )
        return self._rows(X, reset), check_targets(y, numeric=numeric, multi_output=True)

    @staticmethod
    def _require_same_rows(data: Data, targets: np.ndarray) -> None:
        if targets.shape[0] != len(data):
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: {[len(data), targets.shape[0]]}"
            )

    def _training_rows(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> Data:
        raise NotImplementedError

    # ---- training ----

    def _fit(
        self,
        data: Data,
        valid: Data | None,
        callbacks: Sequence[EpochCallback] | None,
        start: Model | None,
        config: dict[str, Any],
    ) -> None:
        if valid is not None:
            config.pop("data.valid", None)
        elif config.get("data.valid") is None and len(data) < 10 and start is None:
            # A part of so few rows says nothing.
            config["data.valid"] = 0.0
            config.setdefault("early_stopping.patience", 0)
        watcher = Watcher(callbacks or (), self.max_time, bool(self.verbose))
        run = train_data(config, data, valid=valid, start=start, watcher=watcher)
        self._take(run)
        if watcher.error is not None:
            raise watcher.error

    def _take(self, run: Run) -> None:
        self.model_ = run.model
        self.record_ = run.record
        self.notes_ = run.notes
        self.stopped_ = run.stopped
        self.n_iter_ = len(run.history)
        self.loss_curve_ = [epoch["train_loss"] for epoch in run.history]
        self.validation_loss_curve_ = [epoch["valid_loss"] for epoch in run.history if "valid_loss" in epoch]
        self.weights_sha256_ = run.record["weights_sha256"]

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
        callbacks: Sequence[EpochCallback] | None = None,
    ) -> Any:
        """Trains the network.

        X: array (N x I, NaN is missing) or data frame, whose texts, categories, booleans and dates become inputs.
        X_val, y_val: the validation part; else a fraction of the rows is, see ``validation_fraction``.
        callbacks: called after every epoch with its record; one that returns something true ends the training.
        Ctrl-C ends it at the next step, leaves a usable model (``stopped_`` says so), and is raised again.
        """
        start = self.model_ if self.warm_start and hasattr(self, "model_") else None
        data = self._training_rows(X, y, sample_weight, reset=True)
        valid = None
        if X_val is not None:
            valid = self._validation_rows(X_val, y_val, sample_weight_val)
        self._fit(data, valid, callbacks, start, self._config())
        return self

    def _validation_rows(self, X: Any, y: Any, sample_weight: Any) -> Data:
        if y is None:
            raise ValueError("y_val: expected the targets of X_val, found None")
        return self._training_rows(X, y, sample_weight, reset=False)

    def _one_epoch(self) -> dict[str, Any]:
        """The configuration of a call of partial_fit."""
        once = {"training.epochs": 1, "data.valid": 0.0, "early_stopping.patience": 0, "schedule.kind": "constant"}
        return {**self._config(), **once}

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> Any:
        data = self._training_rows(X, y, sample_weight, reset=reset)
        done = [] if reset else self.loss_curve_
        self._fit(data, None, None, None if reset else self.model_, self._one_epoch())
        self.loss_curve_ = done + self.loss_curve_
        self.n_iter_ = len(self.loss_curve_)
        return self

    # ---- prediction ----

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "model_")
        threads = self._threads()
        if isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype in (np.float32, np.float64) and not self._has_names():
            # The library checks what scikit-learn would.
            check_n_features(self, X, X.shape[1], reset=False)
            if X.shape[0] > 0:
                return self.model_.predict_outputs(X, threads)
        data = self._rows(X, reset=False)
        return self.model_._predict_data(data, threads)

    def _has_names(self) -> bool:
        return hasattr(self, "feature_names_in_")

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = False
        return tags

    def _more_tags(self) -> dict[str, Any]:
        return {"allow_nan": True}

    def _repr_html_(self) -> str:
        if not hasattr(self, "model_"):
            shown: str = super()._repr_html_()
            return shown
        return loss_figure(repr(self.model_), self.record_["epochs_done"])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model file, which ``gradus predict`` and :func:`gradus.load` read."""
        check_is_fitted(self, "model_")
        self.model_.save(path)
