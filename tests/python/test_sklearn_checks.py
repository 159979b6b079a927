"""scikit-learn's own checks of estimators, none of which may fail but the one that mini-batches cannot pass."""
# SPDX-License-Identifier: Apache-2.0
import pytest

pytest.importorskip("sklearn")
from sklearn.utils import estimator_checks

from gradus import GradusClassifier, GradusRegressor

# "A weight of 2 is the row twice": batches of other rows take other steps.
BATCHES = ("check_sample_weights_invariance", "check_sample_weight_equivalence_on_dense_data")


def name_of(check):
    return getattr(check, "func", check).__name__


@estimator_checks.parametrize_with_checks([GradusClassifier(), GradusRegressor()])
def test_check(estimator, check):
    fails = name_of(check) in BATCHES and getattr(check, "keywords", {}).get("kind") != "ones"
    if not fails:
        check(estimator)
        return
    with pytest.raises(AssertionError):
        check(estimator)


@pytest.mark.parametrize("kind", [GradusClassifier, GradusRegressor])
def test_weights_stand_for_rows_in_full_batches(kind):
    check = getattr(estimator_checks, "check_sample_weight_equivalence_on_dense_data", None)
    if check is None:
        pytest.skip("this scikit-learn has no check of weights that stand for rows")
    options = {"data.scaling": "none", "data.target_scaling": "none", "training.batch_order": "file"}
    check(kind.__name__, kind(batch_size=1000, early_stopping=False, dropout=0.0, dtype="f64", options=options))
