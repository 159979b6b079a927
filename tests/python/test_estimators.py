"""The estimators as their users call them."""
# SPDX-License-Identifier: Apache-2.0
import copy
import logging
import pickle
import threading

import numpy as np
import pytest

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import train_test_split

from gradus import GradusClassifier, GradusRegressor, InputError, load

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]


def test_classes_keep_their_names_and_probabilities_their_order():
    model = GradusClassifier(max_iter=30).fit(X, NAMES)
    assert list(model.classes_) == ["setosa", "versicolor", "virginica"]
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (150, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-6)
    assert (model.predict(X) == model.classes_[probabilities.argmax(axis=1)]).all()
    assert model.score(X, NAMES) > 0.9


@pytest.mark.parametrize("y", [Y, Y.astype(float), Y == 0, Y.astype(str), NAMES.astype(object)])
def test_classes_of_any_type_come_back_in_it(y):
    model = GradusClassifier(max_iter=2).fit(X, y)
    assert set(model.predict(X)) <= set(y)
    assert model.predict(X).dtype == np.asarray(y).dtype


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads():
    runs = [GradusClassifier(max_iter=5, random_state=3, n_jobs=jobs).fit(X, Y) for jobs in (1, 2, 3, -1, None)]
    assert len({run.weights_sha256_ for run in runs}) == 1
    assert GradusClassifier(max_iter=5, random_state=4).fit(X, Y).weights_sha256_ != runs[0].weights_sha256_


def test_rows_alone_have_the_bits_of_rows_together():
    model = GradusClassifier(max_iter=5).fit(X, Y)
    together = model.predict_proba(np.tile(X, (40, 1)))
    alone = np.vstack([model.predict_proba(row.reshape(1, -1)) for row in X])
    assert (together[:150] == alone).all()
    assert (together[-150:] == alone).all()


def test_layout_and_type_of_the_array_do_not_matter():
    single = X.astype(np.float32)
    wanted = GradusClassifier(max_iter=3).fit(single, Y).weights_sha256_
    wide = np.zeros((150, 9), dtype=np.float32)
    wide[:, 1:5] = single
    read_only = single.copy()
    read_only.setflags(write=False)
    for form in (np.asfortranarray(single), single.astype(np.float64), wide[:, 1:5], single[::-1][::-1], read_only):
        assert GradusClassifier(max_iter=3).fit(form, Y).weights_sha256_ == wanted
    whole = (X * 10).astype(np.int64)
    wanted = GradusClassifier(max_iter=3).fit(whole.astype(float), Y).weights_sha256_
    for dtype in (np.int16, np.uint32, np.int64):
        assert GradusClassifier(max_iter=3).fit(whole.astype(dtype), Y).weights_sha256_ == wanted


def test_curves_and_the_given_validation_part():
    X_train, X_val, y_train, y_val = train_test_split(X, Y, random_state=0)
    model = GradusClassifier(max_iter=7, n_iter_no_change=0).fit(X_train, y_train, X_val=X_val, y_val=y_val)
    assert model.n_iter_ == len(model.loss_curve_) == len(model.validation_loss_curve_) == 7
    assert model.record_["data"]["train_rows"] == len(X_train)
    assert model.record_["data"]["valid_rows"] == len(X_val)
    alone = GradusClassifier(max_iter=2, early_stopping=False).fit(X, Y)
    assert alone.validation_loss_curve_ == []
    assert alone.record_["data"]["train_rows"] == 150


def test_callbacks_hear_every_epoch_and_may_stop():
    epochs = []
    model = GradusClassifier(max_iter=50).fit(X, Y, callbacks=[lambda e: epochs.append(e["epoch"]) or len(epochs) == 4])
    assert epochs == [1, 2, 3, 4]
    assert model.n_iter_ == 4
    assert model.stopped_ == "callback"


def test_an_error_in_a_callback_is_raised_and_leaves_a_model():
    def fail(_):
        raise OSError("disk on fire")

    model = GradusClassifier(max_iter=50)
    with pytest.raises(OSError, match="disk on fire"):
        model.fit(X, Y, callbacks=[fail])
    assert model.predict(X).shape == (150,)


def test_ctrl_c_stops_and_leaves_a_model():
    def interrupt(_):
        raise KeyboardInterrupt

    model = GradusClassifier(max_iter=100_000, n_iter_no_change=0)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, callbacks=[interrupt])
    assert model.stopped_ == "interrupted"
    assert model.predict(X).shape == (150,)


def test_time_limit_ends_a_training():
    model = GradusClassifier(max_iter=10_000_000, n_iter_no_change=0, max_time=0.3).fit(X, Y)
    assert model.stopped_ == "time"
    assert model.n_iter_ >= 1


def test_pickle_copy_clone_and_file(tmp_path):
    model = GradusClassifier(max_iter=3).fit(X, NAMES)
    wanted = model.predict_proba(X)
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert (again.predict_proba(X) == wanted).all()
    assert not hasattr(clone(model), "model_")
    model.save(tmp_path / "model.safetensors")
    assert (load(tmp_path / "model.safetensors").predict_outputs(X) == wanted).all()


def test_missing_numbers_are_filled_in_and_marked():
    holes = X.copy()
    holes[::7, 2] = np.nan
    model = GradusClassifier(max_iter=20).fit(holes, Y)
    assert np.isfinite(model.predict_proba(holes)).all()
    assert model.model_.layers[0] == 5


def test_label_sets():
    features, labels = make_multilabel_classification(200, n_classes=4, random_state=0)
    model = GradusClassifier(max_iter=20).fit(features, labels)
    assert model.predict(features).shape == (200, 4)
    assert set(np.unique(model.predict(features))) <= {0, 1}
    assert model.predict_proba(features).shape == (200, 4)


def test_one_and_several_quantities():
    features, y = load_diabetes(return_X_y=True)
    one = GradusRegressor(max_iter=20).fit(features, y)
    assert one.predict(features).shape == (442,)
    assert one.score(features, y) > 0.3
    two = GradusRegressor(max_iter=20).fit(features, np.column_stack([y, -y]))
    assert two.predict(features).shape == (442, 2)


def test_weights_and_class_weights_change_what_is_learned():
    plain = GradusClassifier(max_iter=3).fit(X, Y).weights_sha256_
    assert GradusClassifier(max_iter=3).fit(X, Y, sample_weight=np.ones(150)).weights_sha256_ == plain
    assert GradusClassifier(max_iter=3).fit(X, Y, sample_weight=1.0 + (Y == 1)).weights_sha256_ != plain
    assert GradusClassifier(max_iter=3, class_weight={1: 5}).fit(X, Y).weights_sha256_ != plain
    part = X[:70], Y[:70]
    balanced = GradusClassifier(max_iter=3, class_weight="balanced").fit(*part).weights_sha256_
    assert balanced != GradusClassifier(max_iter=3).fit(*part).weights_sha256_
    with pytest.raises(ValueError, match="expected a weight above 0"):
        GradusClassifier().fit(X, Y, sample_weight=np.zeros(150))


def test_partial_fit_goes_on_with_all_classes():
    model = GradusClassifier(hidden_layer_sizes=[32], learning_rate=0.01)
    model.partial_fit(X[:100], Y[:100], classes=[0, 1, 2])
    before = model.loss_curve_[0]
    for _ in range(20):
        model.partial_fit(X, Y)
    assert list(model.classes_) == [0, 1, 2]
    assert model.n_iter_ == 21
    assert model.loss_curve_[-1] < before
    assert model.predict_proba(X).shape == (150, 3)


def test_warm_start_begins_where_the_last_fit_ended():
    model = GradusClassifier(max_iter=20, warm_start=True, early_stopping=False).fit(X, Y)
    first = model.loss_curve_
    model.fit(X, Y)
    assert model.loss_curve_[0] < 0.5 * first[0]


def test_threads_may_train_at_once():
    wanted = GradusClassifier(max_iter=5).fit(X, Y).weights_sha256_
    found = []
    work = [threading.Thread(target=lambda: found.append(GradusClassifier(max_iter=5).fit(X, Y).weights_sha256_)) for _ in "four"]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert found == [wanted] * 4


def test_lines_an_epoch_go_through_logging(caplog):
    with caplog.at_level(logging.INFO, logger="gradus"):
        GradusClassifier(max_iter=2, verbose=True).fit(X, Y)
    assert [record.message.split(",")[0] for record in caplog.records] == ["epoch 1", "epoch 2"]


def test_any_key_of_the_program_is_an_option():
    model = GradusClassifier([16, 16], max_iter=2, options={"network.normalization": ["layer_norm"]}).fit(X, Y)
    assert 'normalization = ["layer_norm"]' in model.record_["config"]
    with pytest.raises(InputError, match="did you mean 'training.epochs'"):
        GradusClassifier(options={"training.epoch": 3}).fit(X, Y)


def test_what_is_wrong_is_said_in_one_sentence():
    with pytest.raises(NotFittedError):
        GradusClassifier().predict(X)
    model = GradusClassifier(max_iter=1).fit(X, Y)
    with pytest.raises(ValueError, match="X has 3 features, but GradusClassifier is expecting 4"):
        model.predict(X[:, :3])
    with pytest.raises(ValueError, match="infinity"):
        model.fit(np.where(X > 7, np.inf, X), Y)
    with pytest.raises(ValueError, match="class"):
        model.fit(X, np.zeros(150))
    with pytest.raises(InputError, match="activation"):
        GradusClassifier(activation="rulu").fit(X, Y)


def test_notebooks_show_curves():
    model = GradusClassifier(max_iter=3)
    assert "<svg" not in model._repr_html_() or "GradusClassifier" in model._repr_html_()
    shown = model.fit(X, Y)._repr_html_()
    assert "loss by epoch" in shown
    assert "http" not in shown


def test_rows_without_targets_are_refused_for_training():
    import gradus

    with pytest.raises(InputError, match="expected targets to train on, found none"):
        gradus.train(None, gradus.make_data(X))
