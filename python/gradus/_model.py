"""A trained network as the library keeps it."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ctypes
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ._data import Data, array_data, frame_data, is_frame, numeric, type_of
from ._library import call, library, take_bytes

# Up to so many rows one thread answers before several would have begun.
_FEW_ROWS = 64


class Model:
    """A trained network with its preprocessing, columns and classes. Made by :func:`load`, by training, or from bytes."""

    def __init__(self, handle: ctypes.c_void_p) -> None:
        self._handle = handle
        info = json.loads(take_bytes("gradus_model_info", handle))
        #: "classification", "regression" or "multilabel".
        self.task: str = info["task"] or ("classification" if info["classes"] else "regression")
        #: Names of classes or labels, empty for a regression.
        self.class_names: list[str] = info["classes"]
        #: Columns of the table, each with "name", "kind" and perhaps "levels"; empty for an array.
        self.columns: list[dict[str, Any]] = info["columns"]
        #: Widths of the layers, inputs and outputs among them.
        self.layers: list[int] = info["layers"]
        #: Numbers that were trained.
        self.num_parameters: int = info["parameters"]
        #: SHA-256 of the weights.
        self.weights_sha256: str = info["weights_sha256"]
        self._outputs = int(library.gradus_model_outputs(handle))
        self._takes_rows = all(column["kind"] in ("number", "ignored") for column in self.columns)
        self._width = len(self.columns) if self.columns else int(info["inputs"])

    @classmethod
    def from_bytes(cls, content: bytes, name: str = "model") -> Model:
        """From the bytes of a model file."""
        handle = ctypes.c_void_p()
        call("gradus_model_read", content, len(content), name.encode(), ctypes.byref(handle))
        return cls(handle)

    def to_bytes(self) -> bytes:
        """The bytes of a model file (safetensors)."""
        return take_bytes("gradus_model_bytes", self._handle)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model file; an existing one is replaced at once."""
        target = Path(path)
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        partial.write_bytes(self.to_bytes())
        partial.replace(target)

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle:
            library.gradus_model_free(handle)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return (Model.from_bytes, (self.to_bytes(),))

    @property
    def handle(self) -> ctypes.c_void_p:
        return self._handle

    def predict_outputs(self, X: Any, n_threads: int = 0) -> np.ndarray:
        """Probabilities (N x K), or quantities in their own unit; the same bits for any number of rows and threads.

        X: an array whose columns are those of training in their order, or a data frame, whose columns are found by name.
        """
        if is_frame(X):
            return self._predict_data(frame_data(X, "X"), n_threads)
        array = numeric(X)
        if array.ndim == 2 and array.shape[0] <= _FEW_ROWS and self._takes_rows and array.shape[1] == self._width:
            outputs = np.empty((array.shape[0], self._outputs))
            call(
                "gradus_predict_rows",
                self._handle,
                type_of(array),
                array.ctypes.data,
                *array.shape,
                *array.strides,
                outputs.ctypes.data,
            )
            return outputs
        names = [column["name"] for column in self.columns] or None
        if names is not None and (array.ndim != 2 or len(names) != array.shape[1] or not all(names)):
            names = None
        return self._predict_data(array_data(array, "X", names), n_threads)

    def _predict_data(self, data: Data, n_threads: int) -> np.ndarray:
        outputs = np.empty((len(data), self._outputs))
        if len(data) > 0:
            call("gradus_predict", self._handle, data.handle, n_threads, outputs.ctypes.data, None)
        return outputs

    def evaluate(self, data: Data, n_threads: int = 0) -> dict[str, Any]:
        """Loss and all measures on rows with targets."""
        result: dict[str, Any] = json.loads(take_bytes("gradus_evaluate", self._handle, data.handle, n_threads))
        return result

    def __repr__(self) -> str:
        widths = "-".join(str(width) for width in self.layers)
        return f"<gradus.Model {self.task} {widths}, {self.num_parameters:,} parameters>"


def load(path: str | os.PathLike[str]) -> Model:
    """The model of a run folder, or a model file."""
    handle = ctypes.c_void_p()
    call("gradus_model_load", os.fspath(path).encode(), ctypes.byref(handle))
    return Model(handle)
