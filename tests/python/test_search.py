"""Searches from Python: proposals, answers, the best."""
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

import gradus


def bowl(setting):
    return (setting["x"] - 1.0) ** 2 + (setting["y"] + 0.5) ** 2


SPACE = {"x": {"low": -2.0, "high": 2.0}, "y": {"low": -2.0, "high": 2.0}}


def test_a_function_of_yours_is_minimised_or_maximised():
    found = gradus.search(SPACE, objective=bowl, trials=60, seed=1)
    assert len(found.trials) == 60
    assert found.best.value == min(trial.value for trial in found.trials)
    assert found.best.value < 0.1
    worst = gradus.search(SPACE, objective=bowl, trials=30, maximize=True, sampler="random")
    assert worst.best.value == max(trial.value for trial in worst.trials)


def test_the_same_answers_give_the_same_proposals_in_any_order_of_telling():
    def settings(order):
        searching = gradus.Search(SPACE, trials=40, seed=3)
        seen = []
        while len(seen) < 40:
            asked = [searching.ask() for _ in range(10)]
            for trial in asked[::order]:
                searching.tell(trial, bowl(trial.setting))
            seen += [trial.setting for trial in asked]
        return seen

    assert settings(1) == settings(-1)


def test_grids_and_failed_trials():
    searching = gradus.Search({"a": [1, 2], "b": ["u", "v"], "flag": [True, False]})
    trials = list(searching)
    assert len(trials) == 8
    assert trials[0].setting == {"a": 1, "b": "u", "flag": True}
    assert searching.best is None
    for trial in trials:
        searching.tell(trial, math.nan if trial.number == 0 else trial.number)
    assert searching.best.number == 1


def test_keys_of_the_program_are_searched():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    data = gradus.make_data(X, (X[:, 0] * X[:, 1] > 0).astype(int))
    space = {"training.learning_rate": {"low": 1e-4, "high": 0.1, "log": True}, "network.hidden": [[4], [32, 32]]}
    found = gradus.search(space, data, config={"training.epochs": 3}, trials=4, sampler="random")
    assert {trial.number for trial in found.trials} == {0, 1, 2, 3}
    again = gradus.train({"training.epochs": 3, **found.best.setting}, data)
    assert again.history[-1]["valid_loss"] == found.best.value


def test_what_is_wrong_is_said():
    with pytest.raises(gradus.InputError, match="scheduler"):
        gradus.Search(SPACE, trials=5, scheduler="median")
    with pytest.raises(gradus.InputError, match="no network is known"):
        gradus.Search(SPACE, trials=5, constraints=["parameters < 100"])
    searching = gradus.Search(SPACE, trials=50)
    trials = []
    with pytest.raises(gradus.InputError, match="which the sampler learns from"):
        while True:
            trials.append(searching.ask())
    searching.tell(trials[0], 1.0)
    with pytest.raises(gradus.InputError, match="not told yet"):
        searching.tell(trials[0], 1.0)
