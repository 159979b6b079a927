"""Random wrong arguments end in a Python exception with a sentence: never in a crash, never in silence about nonsense.

GRADUS_CALLS=1000000 makes more of them.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import random

import numpy as np
import pytest

pytest.importorskip("sklearn")
from gradus import Data, GradusClassifier, GradusError, GradusRegressor, Model, check, make_data, train
from gradus import _library as low

CALLS = int(os.environ.get("GRADUS_CALLS", "1500"))
EXPECTED = (ValueError, TypeError, AttributeError, OverflowError, GradusError)
X = np.random.default_rng(0).normal(size=(30, 3))
Y = np.arange(30) % 2
MODEL = GradusClassifier([4], max_iter=1).fit(X, Y)
BYTES = MODEL.model_.to_bytes()


def odd_array(rng):
    shape = rng.choice([(0,), (0, 3), (30,), (30, 0), (30, 3), (29, 3), (30, 2), (1, 3), (2, 30, 3), ()])
    array = np.asarray(np.random.default_rng(rng.randrange(1000)).normal(size=shape))
    change = rng.randrange(9)
    if change == 0 and array.size:
        array.flat[0] = rng.choice([np.nan, np.inf, -np.inf, 1e300])
    if change == 1:
        return array.astype(rng.choice(["f2", "f4", "i1", "i8", "u8", "c16", "O", "S3", "U2", ">f8", "bool"]))
    if change == 2 and array.ndim == 2:
        return array[::-1, ::-1]
    if change == 3:
        return array.tolist()
    return array


def odd_value(rng):
    return rng.choice(
        [None, "", "x" * 300, -1, 0, 10**30, 1e400, float("nan"), True, b"\0", object(), [], {}, [[1, 2], [3]], "ü\ud83d\ude00"]
    )


def any_of(rng):
    return odd_array(rng) if rng.random() < 0.7 else odd_value(rng)


def fit(rng):
    kind = rng.choice([GradusClassifier, GradusRegressor])
    names = ["hidden_layer_sizes", "activation", "learning_rate", "batch_size", "dropout", "max_iter", "random_state", "dtype"]
    parameters = {rng.choice(names): odd_value(rng)} if rng.random() < 0.4 else {}
    model = kind(**{"hidden_layer_sizes": [4], "max_iter": 1, "batch_size": 8, **parameters})
    weights = any_of(rng) if rng.random() < 0.3 else None
    model.fit(any_of(rng) if rng.random() < 0.6 else X, any_of(rng) if rng.random() < 0.6 else Y, sample_weight=weights)


def predict(rng):
    MODEL.predict_proba(any_of(rng))
    MODEL.model_.predict_outputs(any_of(rng))


def read_model(rng):
    broken = bytearray(BYTES)
    for _ in range(rng.randrange(1, 4)):
        broken[rng.randrange(len(broken))] = rng.randrange(256)
    Model.from_bytes(bytes(broken[: rng.choice([len(broken), rng.randrange(len(broken))])]))


def build_data(rng):
    data = Data("rows", rng.choice([0, 1, 30, 29]))
    for _ in range(rng.randrange(1, 4)):
        rng.choice(
            [
                lambda: data.set_matrix(any_of(rng), rng.choice([None, ["a", "b", "c"], ["a"], []])),
                lambda: data.add_categories("c", np.full(len(data), rng.choice([-5, -1, 0, 7])), ["u", "v"]),
                lambda: data.add_texts("t", [rng.choice(["", "1", "x", None])] * len(data)),
                lambda: data.set_classes(any_of(rng), ["no", "yes"]),
                lambda: data.set_values(any_of(rng)),
                lambda: data.set_weights(any_of(rng)),
            ]
        )()
    train({"training.epochs": 1, "network.hidden": [3]}, data)


def configure(rng):
    key = rng.choice(["training.epochs", "network.hidden", "data.valid", "training.seed", "nonsense", "a b", "x" * 500, ""])
    rng.choice([train, check])({key: rng.choice([None, -1, "x", [], [1e9], {"y": 1}, 10**20])}, make_data(X, Y))


def low_level(rng):
    """Functions with NULL and with pairs that do not fit."""
    name = rng.choice(["gradus_data_set_classes", "gradus_predict", "gradus_model_bytes", "gradus_run_record", "gradus_evaluate"])
    arguments = {
        "gradus_data_set_classes": (None, None, None, -3),
        "gradus_predict": (None, None, 0, None, None),
        "gradus_model_bytes": (None, None),
        "gradus_run_record": (None, None),
        "gradus_evaluate": (MODEL.model_.handle, None, 0, None),
    }[name]
    low.call(name, *arguments)


def test_random_wrong_arguments():
    rng = random.Random(20261128)
    refused = 0
    for number in range(CALLS):
        action = rng.choice([fit, predict, read_model, build_data, configure, low_level])
        try:
            action(rng)
        except EXPECTED as error:
            refused += 1
            assert str(error), (number, action.__name__)
    assert refused > CALLS // 4
