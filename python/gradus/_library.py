"""The shared library libgradus.so and its C interface (include/gradus.h)."""
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ctypes
import os
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_double,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from pathlib import Path
from typing import Any

API_VERSION = 1
OK = 0
INVALID = 2
STOPPED = 130


class GradusError(Exception):
    """Base of all errors that the library reports. The text is its one sentence."""


class InputError(GradusError, ValueError):
    """Bad arguments, configuration or data: the caller can mend it."""


class RunError(GradusError, RuntimeError):
    """Failed while running: no memory, training diverged, a file that cannot be written."""


OnEpoch = CFUNCTYPE(c_int32, c_void_p, c_char_p)
OnStep = CFUNCTYPE(c_int32, c_void_p, c_int64, c_int64, c_int64, c_double)


class Callbacks(Structure):
    """gradus_callbacks."""

    _fields_ = [
        ("size", c_size_t),
        ("user", c_void_p),
        ("on_epoch", OnEpoch),
        ("on_step", OnStep),
        ("step_seconds", c_double),
    ]


class TrainOptions(Structure):
    """gradus_train_options."""

    _fields_ = [
        ("size", c_size_t),
        ("valid", c_void_p),
        ("start", c_void_p),
        ("folder", c_char_p),
        ("callbacks", Callbacks),
    ]


_TEXTS = POINTER(c_char_p)
_HANDLE = POINTER(c_void_p)
_NUMBERS = (c_int32, c_void_p)  # type and values

# The arguments of every function that gives a status.
_STATUS_FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "gradus_data_create": (c_char_p, c_int64, _HANDLE),
    "gradus_data_set_matrix": (c_void_p, *_NUMBERS, c_int64, c_int64, c_int64, c_int64, _TEXTS),
    "gradus_data_add_numbers": (c_void_p, c_char_p, *_NUMBERS, c_int64, c_void_p),
    "gradus_data_add_dates": (c_void_p, c_char_p, c_void_p),
    "gradus_data_add_categories": (c_void_p, c_char_p, c_void_p, _TEXTS, c_int64),
    "gradus_data_add_texts": (c_void_p, c_char_p, c_char_p, c_void_p),
    "gradus_data_from_arrow": (c_char_p, c_void_p, _HANDLE),
    "gradus_data_set_classes": (c_void_p, c_void_p, _TEXTS, c_int64),
    "gradus_data_set_values": (c_void_p, *_NUMBERS, c_int64, c_int64, c_int64, _TEXTS),
    "gradus_data_set_label_sets": (c_void_p, *_NUMBERS, c_int64, c_int64, c_int64, _TEXTS),
    "gradus_data_set_weights": (c_void_p, *_NUMBERS, c_int64),
    "gradus_model_read": (c_char_p, c_size_t, c_char_p, _HANDLE),
    "gradus_model_load": (c_char_p, _HANDLE),
    "gradus_model_bytes": (c_void_p, _HANDLE),
    "gradus_model_info": (c_void_p, _HANDLE),
    "gradus_predict": (c_void_p, c_void_p, c_uint32, c_void_p, _HANDLE),
    "gradus_predict_rows": (c_void_p, *_NUMBERS, c_int64, c_int64, c_int64, c_int64, c_void_p),
    "gradus_evaluate": (c_void_p, c_void_p, c_uint32, _HANDLE),
    "gradus_train": (c_char_p, c_void_p, POINTER(TrainOptions), _HANDLE),
    "gradus_run_record": (c_void_p, _HANDLE),
    "gradus_run_model": (c_void_p, _HANDLE),
    "gradus_resolve": (c_char_p, c_void_p, _HANDLE),
    "gradus_check": (c_char_p, c_void_p, c_void_p, c_int64, c_uint64, c_uint32, _HANDLE),
    "gradus_report": (_TEXTS, c_int64, c_char_p, _HANDLE),
    "gradus_search_create": (c_char_p, _HANDLE),
    "gradus_search_ask": (c_void_p, _HANDLE),
    "gradus_search_tell": (c_void_p, c_int64, c_double),
    "gradus_search_best": (c_void_p, _HANDLE),
}


def _path() -> str:
    given = os.environ.get("GRADUS_LIBRARY")
    return given if given else str(Path(__file__).parent / "libgradus.so")


def _load() -> ctypes.CDLL:
    path = _path()
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"{path}: expected the library libgradus.so, found none that can be loaded ({error}); "
            "install the package with pip, or name the file in GRADUS_LIBRARY"
        ) from None
    for name, arguments in _STATUS_FUNCTIONS.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = c_int32
    for name, restype, arguments in (
        ("gradus_api_version", c_int32, ()),
        ("gradus_version", c_char_p, ()),
        ("gradus_last_error", c_char_p, ()),
        ("gradus_bytes_data", c_void_p, (c_void_p,)),
        ("gradus_bytes_size", c_size_t, (c_void_p,)),
        ("gradus_bytes_free", None, (c_void_p,)),
        ("gradus_data_free", None, (c_void_p,)),
        ("gradus_data_rows", c_int64, (c_void_p,)),
        ("gradus_model_outputs", c_int64, (c_void_p,)),
        ("gradus_model_free", None, (c_void_p,)),
        ("gradus_run_free", None, (c_void_p,)),
        ("gradus_search_free", None, (c_void_p,)),
    ):
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = restype
    found = library.gradus_api_version()
    if found != API_VERSION:
        raise ImportError(f"{path}: expected version {API_VERSION} of the C interface, found {found}")
    return library


library = _load()


def call(name: str, *arguments: Any) -> None:
    """Calls a function that gives a status; raises what the status says, with the library's sentence."""
    status = getattr(library, name)(*arguments)
    if status == OK:
        return
    sentence = library.gradus_last_error().decode("utf-8", "replace")
    raise InputError(sentence) if status == INVALID else RunError(sentence)


def take_bytes(name: str, *arguments: Any) -> bytes:
    """Calls a function whose last argument gives bytes."""
    handle = c_void_p()
    call(name, *arguments, ctypes.byref(handle))
    try:
        return ctypes.string_at(library.gradus_bytes_data(handle), library.gradus_bytes_size(handle))
    finally:
        library.gradus_bytes_free(handle)


def texts(values: list[str]) -> Any:
    """An array of UTF-8 texts."""
    return (c_char_p * max(1, len(values)))(*[value.encode() for value in values])


def version() -> str:
    """The library's version."""
    text: bytes = library.gradus_version()
    return text.decode()
