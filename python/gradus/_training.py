"""Training, certificates and reports: the program's verbs as functions."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ctypes
import json
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ._data import Data, array_data, frame_data, is_frame
from ._library import Callbacks, OnEpoch, OnStep, TrainOptions, call, library, take_bytes, texts
from ._model import Model
from .figures import claims as show_claims
from .figures import lines

logger = logging.getLogger("gradus")

#: Called after every epoch with its record; True (or anything true) ends the training.
EpochCallback = Callable[[dict[str, Any]], Any]
Config = Mapping[str, Any] | str | None

# How often the interpreter looks whether Ctrl-C was pressed.
_POLL_SECONDS = 0.1


def config_text(config: Config) -> bytes | None:
    """A mapping of keys ("training.epochs": 20, or sections of keys), TOML text, or None."""
    if config is None:
        return None
    return (config if isinstance(config, str) else json.dumps(dict(config))).encode()


class Watcher:
    """Hears of a training inside the library: callbacks, Ctrl-C and the time limit."""

    def __init__(
        self, callbacks: Sequence[EpochCallback] = (), max_time: float | None = None, verbose: bool = False
    ) -> None:
        self._callbacks = callbacks
        self._verbose = verbose
        self._deadline = None if max_time is None else time.monotonic() + max_time
        #: What a callback raised, to be raised again behind the training.
        self.error: BaseException | None = None
        #: "interrupted", "time", "callback", or None where the training ended by itself.
        self.stopped: str | None = None
        self._functions = (OnEpoch(self._on_epoch), OnStep(self._on_step))

    def options(self) -> Callbacks:
        on_epoch, on_step = self._functions
        wants_epochs = bool(self._callbacks) or self._verbose
        return Callbacks(
            ctypes.sizeof(Callbacks), None, on_epoch if wants_epochs else OnEpoch(), on_step, _POLL_SECONDS
        )

    def _stop(self, why: str) -> int:
        self.stopped = self.stopped or why
        return 1

    def _on_epoch(self, _user: Any, text: bytes) -> int:
        try:
            record = json.loads(text)
            if self._verbose:
                logger.info("%s", _epoch_line(record))
            # Everybody hears of an epoch, also after the first who said stop.
            if any([bool(callback(record)) for callback in self._callbacks]):
                return self._stop("callback")
            return 0
        except BaseException as error:  # noqa: BLE001: it must not pass through the library
            return self._fail(error)

    def _on_step(self, _user: Any, _epoch: int, _batch: int, _batches: int, _loss: float) -> int:
        try:
            if self._deadline is not None and time.monotonic() >= self._deadline:
                return self._stop("time")
            return 0
        except BaseException as error:  # noqa: BLE001: KeyboardInterrupt comes here
            return self._fail(error)

    def _fail(self, error: BaseException) -> int:
        self.error = error
        return self._stop("interrupted" if isinstance(error, KeyboardInterrupt) else "callback")


def _epoch_line(record: dict[str, Any]) -> str:
    shown = {key: value for key, value in record.items() if key.startswith(("train_", "valid_")) and value is not None}
    return ", ".join([f"epoch {record['epoch']}"] + [f"{key} {value:.5g}" for key, value in shown.items()])


def loss_figure(title: str, history: Sequence[dict[str, Any]]) -> str:
    """Losses by epoch, as a notebook shows them."""
    series = {}
    for part in ("train", "valid"):
        points = [(epoch["epoch"], epoch[f"{part}_loss"]) for epoch in history if f"{part}_loss" in epoch]
        if points:
            series[part] = ([x for x, _ in points], [y for _, y in points])
    return lines(series, title=f"{title}: loss by epoch", x_label="epoch", y_label="loss")._repr_html_()


class Run:
    """What a training left: its model, its record (the object of summary.json) and notes."""

    def __init__(self, model: Model, record: dict[str, Any], stopped: str | None) -> None:
        #: The trained network.
        self.model = model
        #: summary.json's object, with "epochs_done" (a record an epoch), "config" (TOML) and "notes".
        self.record = record
        #: Why the training ended early, or None.
        self.stopped = stopped

    @property
    def history(self) -> list[dict[str, Any]]:
        """A record of every epoch."""
        epochs: list[dict[str, Any]] = self.record["epochs_done"]
        return epochs

    @property
    def notes(self) -> list[str]:
        """What was guessed, and what deserves a second look, in sentences."""
        notes: list[str] = self.record["notes"]
        return notes

    def __repr__(self) -> str:
        return f"<gradus.Run of {len(self.history)} epochs: {self.model!r}>"

    def _repr_html_(self) -> str:
        return loss_figure(repr(self.model), self.history)


def train_data(
    config: Config,
    data: Data | None,
    *,
    valid: Data | None = None,
    start: Model | None = None,
    folder: str | os.PathLike[str] | None = None,
    watcher: Watcher | None = None,
) -> Run:
    """Trains on rows as the library has them. What a callback raised is in ``watcher.error``."""
    watcher = watcher or Watcher()
    options = TrainOptions(
        ctypes.sizeof(TrainOptions),
        valid.handle if valid is not None else None,
        start.handle if start is not None else None,
        os.fspath(folder).encode() if folder is not None else None,
        watcher.options(),
    )
    handle = ctypes.c_void_p()
    data_handle = data.handle if data is not None else None
    call("gradus_train", config_text(config), data_handle, ctypes.byref(options), ctypes.byref(handle))
    try:
        record = json.loads(take_bytes("gradus_run_record", handle))
        model_handle = ctypes.c_void_p()
        call("gradus_run_model", handle, ctypes.byref(model_handle))
    finally:
        library.gradus_run_free(handle)
    return Run(Model(model_handle), record, watcher.stopped)


def make_data(X: Any, y: Any = None, *, sample_weight: Any = None, name: str = "data") -> Data:
    """Rows for :func:`train` and :func:`check`.

    X: an array (N x I), taken as an npy file is, or a data frame, taken as a CSV file is. y: classes (texts, booleans or
    integers), quantities (floats), N or N x K; None where the configuration's data.label names a column of X.
    """
    data = frame_data(X, name) if is_frame(X) else array_data(X, name, None)
    if y is not None:
        _set_targets(data, np.asarray(y))
    if sample_weight is not None:
        data.set_weights(sample_weight)
    return data


def _set_targets(data: Data, y: np.ndarray) -> None:
    if y.dtype.kind == "f" or (y.ndim == 2 and y.shape[1] > 1 and y.dtype.kind in "iu"):
        zero_or_one = y.ndim == 2 and y.dtype.kind in "iu" and bool(np.isin(y, (0, 1)).all())
        if zero_or_one:
            data.set_label_sets(y, [str(k) for k in range(y.shape[1])])
        else:
            data.set_values(y)
        return
    classes, labels = np.unique(y.ravel(), return_inverse=True)
    data.set_classes(labels, [str(value) for value in classes])


def train(
    config: Config = None,
    data: Data | None = None,
    *,
    valid: Data | None = None,
    start: Model | None = None,
    out: str | os.PathLike[str] | None = None,
    callbacks: Sequence[EpochCallback] = (),
    max_time: float | None = None,
    verbose: bool = False,
) -> Run:
    """Trains a network as ``gradus train`` does, to the same bits.

    config: keys of the program ("training.epochs": 20, or TOML text). data: of :func:`make_data`; None where the
    configuration names a source (data.source). out: a run folder to write. A callback that returns something true ends
    the training; Ctrl-C does too, and is raised again with the run as its attribute ``run``.
    """
    watcher = Watcher(callbacks, max_time, verbose)
    run = train_data(config, data, valid=valid, start=start, folder=out, watcher=watcher)
    if watcher.error is not None:
        watcher.error.run = run  # type: ignore[attr-defined]
        raise watcher.error
    return run


def resolve(config: Config = None, data: Data | None = None) -> str:
    """The whole configuration as TOML, as training would fill it in."""
    handle = data.handle if data is not None else None
    return take_bytes("gradus_resolve", config_text(config), handle).decode()


class Certificate:
    """Proof of a gradient: claims, each with its measurement and bound (docs/certificate.md)."""

    def __init__(self, record: dict[str, Any]) -> None:
        #: certificate.json's object.
        self.record = record

    @property
    def claims(self) -> list[dict[str, Any]]:
        """What was claimed and measured."""
        claims: list[dict[str, Any]] = self.record["claims"]
        return claims

    @property
    def holds(self) -> bool:
        """Whether every claim holds."""
        return all(claim["holds"] for claim in self.claims)

    def __bool__(self) -> bool:
        return self.holds

    def __repr__(self) -> str:
        good = sum(bool(claim["holds"]) for claim in self.claims)
        return f"<gradus.Certificate: {good} of {len(self.claims)} claims hold>"

    def _repr_html_(self) -> str:
        return show_claims(repr(self), self.claims)._repr_html_()


def check(
    config: Config = None,
    data: Data | None = None,
    *,
    model: Model | None = None,
    rows: int = 64,
    seed: int = 0,
    n_threads: int = 0,
) -> Certificate:
    """The certificate of the gradient at the initial weights of a run, or at those of `model`, on some of its rows."""
    text = take_bytes(
        "gradus_check",
        config_text(config),
        data.handle if data is not None else None,
        model.handle if model is not None else None,
        rows,
        seed,
        n_threads,
    )
    return Certificate(json.loads(text))


def report(*folders: str | os.PathLike[str], title: str = "") -> str:
    """The report of run, study or reproduction folders as one page of HTML, which opens without a network."""
    paths = [os.fspath(folder) for folder in folders]
    return take_bytes("gradus_report", texts(paths), len(paths), title.encode()).decode()
