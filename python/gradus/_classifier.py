"""GradusClassifier."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from ._base import GradusBase
from ._data import Data


class GradusClassifier(ClassifierMixin, GradusBase):
    """A multilayer perceptron that tells classes, or sets of labels, apart.

    What is None follows the program's defaults for tables (docs/defaults.md): two hidden layers of 256 units with Mish and
    dropout, AdamW with a cosine schedule, robust scaling, a fifth of the rows for validation with the best epoch's weights
    kept. Texts, categories, booleans, dates and missing cells of data frames become inputs. The same data, parameters and
    seed give the same bits on any number of cores.

    Parameters
    ----------
    hidden_layer_sizes : widths of the hidden layers.
    activation : a name for all hidden layers or one each: relu, mish, tanh, gelu, ... (docs/formulas.md).
    optimizer, learning_rate, batch_size, max_iter : of the training; max_iter counts epochs.
    early_stopping : False trains on all rows to the last epoch; True or None keep the best epoch of the validation part.
    validation_fraction, n_iter_no_change : the part's share of the rows, and the epochs without progress to wait for.
    dropout, l2, weight_decay : regularisation; dropout one value or one a hidden layer.
    loss : a loss of docs/formulas.md; by default the cross-entropy.
    class_weight : "balanced" or a weight for some classes and 1 for the others.
    max_time : seconds after which the training ends.
    dtype : "f32", "f64" or "mixed".
    random_state : a seed, None for 0, or a RandomState that gives one.
    n_jobs : threads; None and -1 are one per core. No bit depends on it.
    categorical_features : names of columns whose numbers are categories.
    warm_start : begin at the weights of the last fit.
    verbose : a line an epoch through logging (logger "gradus").
    options : any key of the program, {"network.normalization": ["layer_norm"]}; `gradus train --help` lists them.
    """

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
        class_weight: str | Mapping[Any, float] | None = None,
        max_time: float | None = None,
        dtype: str = "f32",
        random_state: Any = None,
        n_jobs: int | None = None,
        categorical_features: Sequence[str] | None = None,
        warm_start: bool = False,
        verbose: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation,
            optimizer=optimizer,
            learning_rate=learning_rate,
            batch_size=batch_size,
            max_iter=max_iter,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            dropout=dropout,
            l2=l2,
            weight_decay=weight_decay,
            loss=loss,
            max_time=max_time,
            dtype=dtype,
            random_state=random_state,
            n_jobs=n_jobs,
            categorical_features=categorical_features,
            warm_start=warm_start,
            verbose=verbose,
            options=options,
        )
        self.class_weight = class_weight

    def _config(self) -> dict[str, Any]:
        config = super()._config()
        if self.class_weight is None:
            return config
        if isinstance(self.class_weight, str):
            config["training.class_weights"] = [self.class_weight]
        else:
            known = {str(name) for name in self.classes_}
            unknown = [name for name in self.class_weight if str(name) not in known]
            if unknown:
                raise ValueError(f"class_weight: expected classes of y, found {unknown[0]!r}")
            weights = {str(name): float(weight) for name, weight in self.class_weight.items()}
            config["training.class_weights"] = [repr(weights.get(str(name), 1.0)) for name in self.classes_]
        return config

    def _training_rows(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> Data:
        data, targets = self._rows_and_targets(X, y, reset, numeric=False)
        check_classification_targets(targets)
        self._require_same_rows(data, targets)
        if targets.ndim == 2:
            self._set_label_sets(data, targets, reset)
        else:
            self._set_classes(data, targets, reset)
        return self._with_weights(data, sample_weight)

    def _set_label_sets(self, data: Data, targets: np.ndarray, reset: bool) -> None:
        if reset:
            self.classes_ = np.arange(targets.shape[1])
            self.multilabel_ = True
        data.set_label_sets(targets.astype(np.float64), [str(label) for label in self.classes_])

    def _set_classes(self, data: Data, targets: np.ndarray, reset: bool) -> None:
        if reset:
            self.classes_ = np.unique(targets)
            self.multilabel_ = False
        labels = np.searchsorted(self.classes_, targets)
        labels = np.minimum(labels, len(self.classes_) - 1)
        wrong = self.classes_[labels] != targets
        if np.any(wrong):
            raise ValueError(f"y: expected classes among {list(self.classes_)}, found {targets[wrong][0]!r}")
        if len(self.classes_) < 2:
            raise ValueError(
                f"y: expected at least two classes, found one class: {self.classes_[0]!r}; a classifier needs 2 classes"
            )
        data.set_classes(labels, [str(value) for value in self.classes_])

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> GradusClassifier:
        """One epoch over these rows. The first call fixes columns, scaling and, from `classes` or y, the classes; the
        optimizer's own state begins anew at every call."""
        first = not hasattr(self, "model_")
        if not first:
            return self._partial_fit(X, y, sample_weight, reset=False)  # type: ignore[no-any-return]
        if classes is None:
            return self._partial_fit(X, y, sample_weight, reset=True)  # type: ignore[no-any-return]
        # The columns are those of X, the classes are given.
        self.classes_ = np.unique(np.asarray(classes))
        self.multilabel_ = False
        self._rows(X, reset=True)
        self.loss_curve_: list[float] = []
        data = self._training_rows(X, y, sample_weight, reset=False)
        self._fit(data, None, None, None, self._one_epoch())
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities, N x K in the order of ``classes_``; the same bits whatever other rows stand beside a row."""
        return self._outputs(X)

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class, or a 0 or 1 for every label."""
        outputs = self._outputs(X)
        if self.multilabel_:
            return (outputs >= 0.5).astype(np.int64)
        predicted: np.ndarray = self.classes_[np.argmax(outputs, axis=1)]
        return predicted

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _more_tags(self) -> dict[str, Any]:
        return {**super()._more_tags(), "multilabel": True}

