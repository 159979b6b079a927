"""GradusRegressor."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin

from ._base import GradusBase
from ._data import Data


class GradusRegressor(RegressorMixin, GradusBase):
    """A multilayer perceptron that predicts quantities, one or several.

    What is None follows the program's defaults for tables (docs/defaults.md); targets are standardised for the training and
    predictions given back in their own unit. The parameters are those of :class:`gradus.GradusClassifier` but for
    ``class_weight``; ``loss`` may be mse, huber, quantile or poisson.
    """

    def _training_rows(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> Data:
        data, targets = self._rows_and_targets(X, y, reset, numeric=True)
        self._require_same_rows(data, targets)
        if reset:
            self.n_outputs_ = 1 if targets.ndim == 1 else targets.shape[1]
        data.set_values(targets)
        return self._with_weights(data, sample_weight)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> GradusRegressor:
        """One epoch over these rows. The first call fixes columns and scaling; the optimizer's own state begins anew at
        every call."""
        first = not hasattr(self, "model_")
        return self._partial_fit(X, y, sample_weight, reset=first)  # type: ignore[no-any-return]

    def predict(self, X: Any) -> np.ndarray:
        """Quantities in their own unit, N or N x K; the same bits whatever other rows stand beside a row."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self.n_outputs_ == 1 else outputs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _more_tags(self) -> dict[str, Any]:
        return {**super()._more_tags(), "multioutput": True}
