"""The estimators inside what scikit-learn's users build."""
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

sklearn = pytest.importorskip("sklearn")
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from gradus import GradusClassifier, GradusRegressor

X, Y = load_iris(return_X_y=True)


def test_pipeline_grid_search_and_cross_validation():
    pipeline = make_pipeline(StandardScaler(), GradusClassifier(max_iter=10))
    grid = GridSearchCV(pipeline, {"gradusclassifier__learning_rate": [0.001, 0.01]}, cv=3).fit(X, Y)
    assert grid.best_score_ > 0.8
    one = cross_val_score(GradusClassifier(max_iter=10), X, Y, cv=3)
    two = cross_val_score(GradusClassifier(max_iter=10), X, Y, cv=3, n_jobs=2)
    assert (one == two).all()


def test_calibration_columns_and_importance():
    calibrated = CalibratedClassifierCV(GradusClassifier(max_iter=10), cv=3).fit(X, Y)
    assert calibrated.predict_proba(X).shape == (150, 3)
    model = GradusClassifier(max_iter=30).fit(X, Y)
    found = permutation_importance(model, X, Y, n_repeats=3, random_state=0)
    assert found.importances_mean[2:].max() > found.importances_mean[:2].max()


def test_columns_that_others_made():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"town": ["Rome", "Oslo"] * 40, "x": np.linspace(0, 1, 80)})
    columns = ColumnTransformer([("town", OneHotEncoder(), ["town"])], remainder="passthrough", sparse_threshold=0)
    model = make_pipeline(columns, GradusRegressor(max_iter=60)).fit(frame, frame["x"] + (frame["town"] == "Rome"))
    assert model.score(frame, frame["x"] + (frame["town"] == "Rome")) > 0.8


def test_validation_rows_pass_through_a_pipeline():
    if not hasattr(sklearn.pipeline.Pipeline, "transform_input") and tuple(
        int(part) for part in sklearn.__version__.split(".")[:2]
    ) < (1, 6):
        pytest.skip("this scikit-learn has no transform_input")
    with sklearn.config_context(enable_metadata_routing=True):
        last = GradusClassifier(max_iter=5, n_iter_no_change=0).set_fit_request(X_val=True, y_val=True)
        pipeline = make_pipeline(StandardScaler(), last, transform_input=["X_val"])
        pipeline.fit(X[::2], Y[::2], X_val=X[1::2], y_val=Y[1::2])
    record = pipeline[-1].record_
    assert (record["data"]["train_rows"], record["data"]["valid_rows"]) == (75, 75)
    scaled = StandardScaler().fit(X[::2])
    alone = GradusClassifier(max_iter=5, n_iter_no_change=0)
    alone.fit(scaled.transform(X[::2]), Y[::2], X_val=scaled.transform(X[1::2]), y_val=Y[1::2])
    assert alone.weights_sha256_ == pipeline[-1].weights_sha256_
