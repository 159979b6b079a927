"""Rows for the library from arrays and data frames. Nothing is copied that the library can read where it stands."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from ._library import InputError, call, library, texts

_TYPES = {
    "float32": 0,
    "float64": 1,
    "int8": 2,
    "uint8": 3,
    "int16": 4,
    "uint16": 5,
    "int32": 6,
    "uint32": 7,
    "int64": 8,
    "uint64": 9,
    "bool": 10,
}
_SECONDS_PER_DAY = 86400


def numeric(values: Any) -> np.ndarray:
    """The array in a type that the library reads; float16 and long double become float64."""
    array: np.ndarray = np.asarray(values)
    if array.dtype.isnative and array.dtype.name in _TYPES:
        return array
    if array.dtype.kind not in "fiub":
        raise InputError(f"array: expected numbers, found the type {array.dtype}")
    doubles: np.ndarray = array.astype(np.float64)
    return doubles


def type_of(array: np.ndarray) -> int:
    """The gradus_type of a numeric() array."""
    return _TYPES[array.dtype.name]


class Data:
    """gradus_data with everything that it refers to."""

    def __init__(self, name: str, rows: int) -> None:
        self._handle = ctypes.c_void_p()
        self._kept: list[Any] = []
        self._rows = rows
        call("gradus_data_create", name.encode(), rows, ctypes.byref(self._handle))

    @classmethod
    def from_stream(cls, name: str, table: Any) -> Data:
        """From anything with an Arrow stream (``__arrow_c_stream__``)."""
        capsule = table.__arrow_c_stream__()
        pointer = ctypes.pythonapi.PyCapsule_GetPointer
        pointer.restype = ctypes.c_void_p
        pointer.argtypes = (ctypes.py_object, ctypes.c_char_p)
        data = cls.__new__(cls)
        data._handle = ctypes.c_void_p()
        data._kept = [capsule]
        stream = pointer(capsule, b"arrow_array_stream")
        call("gradus_data_from_arrow", name.encode(), stream, ctypes.byref(data._handle))
        data._rows = int(library.gradus_data_rows(data._handle))
        return data

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle:
            library.gradus_data_free(handle)

    @property
    def handle(self) -> ctypes.c_void_p:
        return self._handle

    def __len__(self) -> int:
        return self._rows

    def set_matrix(self, array: Any, names: Sequence[str] | None) -> None:
        """All features as a matrix (N x I)."""
        array = numeric(array)
        if array.ndim != 2:
            raise InputError(f"X: expected 2 dimensions, found {array.ndim}")
        if names is not None and len(names) != array.shape[1]:
            raise InputError(f"X: expected {array.shape[1]} names, one a column, found {len(names)}")
        self._kept.append(array)
        named = None if names is None else texts(list(names))
        call(
            "gradus_data_set_matrix",
            self._handle,
            type_of(array),
            array.ctypes.data,
            *array.shape,
            *array.strides,
            named,
        )

    def add_numbers(self, name: str, values: Any) -> None:
        """A column of numbers; NaN is missing."""
        array = numeric(values)
        call(
            "gradus_data_add_numbers",
            self._handle,
            name.encode(),
            type_of(array),
            array.ctypes.data,
            array.strides[0],
            None,
        )

    def add_dates(self, name: str, values: Any) -> None:
        """A column of numpy's datetime64; NaT is missing."""
        dates = np.asarray(values).astype("datetime64[ns]")
        days = dates.astype(np.int64) / (_SECONDS_PER_DAY * 1e9)
        days[np.isnat(dates)] = np.nan
        call("gradus_data_add_dates", self._handle, name.encode(), np.ascontiguousarray(days).ctypes.data)

    def add_categories(self, name: str, codes: Any, levels: Sequence[Any]) -> None:
        """A column of indexes of levels; -1 is missing."""
        indexes = np.ascontiguousarray(codes, dtype=np.int32)
        call(
            "gradus_data_add_categories",
            self._handle,
            name.encode(),
            indexes.ctypes.data,
            texts([_text(level) for level in levels]),
            len(levels),
        )

    def add_texts(self, name: str, values: Sequence[Any]) -> None:
        """A column of texts; None and NaN are missing."""
        encoded = [_text(value).encode() for value in values]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(word) for word in encoded], out=offsets[1:])
        call("gradus_data_add_texts", self._handle, name.encode(), b"".join(encoded), offsets.ctypes.data)

    def set_classes(self, labels: Any, names: Sequence[str]) -> None:
        """One class a row, as an index of `names`."""
        indexes = np.ascontiguousarray(labels, dtype=np.int32)
        self._require_rows(indexes, "y")
        call("gradus_data_set_classes", self._handle, indexes.ctypes.data, texts(list(names)), len(names))

    def _set_matrix_of(self, function: str, values: Any, names: Sequence[str] | None) -> None:
        array = numeric(values)
        if array.ndim == 1:
            array = array.reshape(-1, 1)
        self._require_rows(array, "y")
        named = None if names is None else texts(list(names))
        call(function, self._handle, type_of(array), array.ctypes.data, array.shape[1], *array.strides, named)

    def set_values(self, values: Any, names: Sequence[str] | None = None) -> None:
        """Quantities to predict, N or N x K."""
        self._set_matrix_of("gradus_data_set_values", values, names)

    def set_label_sets(self, values: Any, names: Sequence[str]) -> None:
        """Any number of labels a row, N x K of 0 and 1."""
        self._set_matrix_of("gradus_data_set_label_sets", values, names)

    def set_weights(self, values: Any) -> None:
        """Sample weights, one a row."""
        array = np.ascontiguousarray(values, dtype=np.float64)
        self._require_rows(array, "sample_weight")
        call("gradus_data_set_weights", self._handle, type_of(array), array.ctypes.data, array.strides[0])

    def _require_rows(self, array: np.ndarray, what: str) -> None:
        if array.shape[:1] != (len(self),):
            raise InputError(f"{what}: expected {len(self)} rows, as X has, found the shape {array.shape}")


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode()
    return "" if _is_missing(value) else str(value)


def is_frame(X: Any) -> bool:
    """Whether X has named columns: a data frame of pandas, polars or pyarrow."""
    if isinstance(X, np.ndarray):
        return False
    is_pandas = hasattr(X, "columns") and hasattr(X, "iloc")
    return is_pandas or hasattr(X, "__arrow_c_stream__")


def column_names(X: Any) -> list[Any]:
    """The names of a frame's columns."""
    names = X.column_names if hasattr(X, "column_names") else X.columns
    return list(names)


def _is_pandas(X: Any) -> bool:
    return hasattr(X, "iloc")


def frame_data(X: Any, name: str) -> Data:
    """The columns of a data frame."""
    if not _is_pandas(X):
        return Data.from_stream(name, X)
    data = Data(name, len(X))
    for at, column in enumerate(X.columns):
        _add_pandas_column(data, str(column), X.iloc[:, at])
    return data


def _add_pandas_column(data: Data, name: str, column: Any) -> None:
    dtype = column.dtype
    if hasattr(column, "cat"):
        data.add_categories(name, column.cat.codes.to_numpy(), list(column.cat.categories))
    elif str(dtype) in ("bool", "boolean", "bool[pyarrow]"):
        # 1 and 0, as in a file.
        truth = column.fillna(False).to_numpy(dtype=bool).astype(np.float64)
        data.add_numbers(name, np.where(column.isna().to_numpy(), np.nan, truth))
    elif isinstance(dtype, np.dtype) and dtype.kind in "fiu":
        data.add_numbers(name, column.to_numpy())
    elif getattr(dtype, "kind", "O") in "fiu":
        data.add_numbers(name, column.to_numpy(dtype=np.float64, na_value=np.nan))
    elif getattr(dtype, "kind", "O") == "M":
        data.add_dates(name, _naive(column).to_numpy())
    else:
        _add_objects(data, name, column.to_numpy(dtype=object))


def _naive(column: Any) -> Any:
    """Times in their own zone, without it, as a file would have them."""
    if getattr(column.dt, "tz", None) is not None:
        column = column.dt.tz_localize(None)
    return column.astype("datetime64[ns]")


def _add_objects(data: Data, name: str, values: np.ndarray) -> None:
    present = [value for value in values if not _is_missing(value)]
    if present and all(isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in present):
        data.add_numbers(name, np.array([np.nan if _is_missing(v) else float(v) for v in values]))
        return
    data.add_texts(name, list(values))


def array_data(X: Any, name: str, names: Sequence[str] | None) -> Data:
    """The rows of a matrix; with names it is a table."""
    array = numeric(X)
    if array.ndim != 2:
        raise InputError(f"{name}: expected rows of numbers (2 dimensions), found {array.ndim}")
    data = Data(name, array.shape[0])
    data.set_matrix(array, names)
    return data

