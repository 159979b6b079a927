#!/usr/bin/env python3
"""Writes small valid files of every kind as seeds for the fuzzers, OUT/TARGET/NAME, beside those of tests/fuzz/seeds (files
that only the program can make, and findings).

usage: make_seeds.py OUT
"""
# SPDX-License-Identifier: Apache-2.0
import gzip
import io
import json
import pathlib
import pickle
import shutil
import struct
import sys
import zipfile
import zlib

out = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent


def seed(target, name, data):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)


def pieces(*parts):
    """Pieces with their length before them in two bytes; the last one is the rest."""
    return b"".join(struct.pack("<H", len(part)) + part for part in parts[:-1]) + parts[-1]


# -- arrays

def npy(descr, shape, data, version=1, order=False):
    header = repr({"descr": descr, "fortran_order": order, "shape": shape}) + "\n"
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + data


def doubles(*values):
    return struct.pack(f"<{len(values)}d", *values)


TABLE = doubles(0.5, 1, 0, 1.5, 2, 1, -1, 3, 0, 2.25, 0, 1)
seed("npy", "table", npy("<f8", (4, 3), TABLE))
seed("npy", "columns", npy("<f8", (4, 3), TABLE, order=True))
seed("npy", "version2", npy(">i2", (3, 2), struct.pack(">6h", 1, 0, 2, 1, 3, 0), 2))
seed("npy", "half", npy("<f2", (2, 3), struct.pack("<6e", 1, 0, 2, 1, 3, 0)))
seed("npy", "bytes", npy("|u1", (2, 2, 2), bytes(range(8))))
seed("npy", "texts", npy("<U3", (2,), "ab\0c\0\0".encode("utf-32-le")))
seed("npy", "byte_texts", npy("|S3", (2,), b"abcd\0\0"))
seed("npy", "records", npy([("a", "<f8"), ("kind", "<U2"), ("y", "|i1")], (2,),
                           b"".join(doubles(1.5) + "xy".encode("utf-32-le") + b"\1" for _ in range(2))))

for descr, code in {"|i1": "b", "<u2": "H", ">u2": "H", "<i4": "i", ">u4": "I", "<i8": "q", ">i8": "q", "<u8": "Q", "<f4": "f", ">f4": "f",
                    ">f8": "d", "|b1": "?", ">f2": "e"}.items():
    order = ">" if descr[0] == ">" else "<"
    name = ("big_" if order == ">" else "little_") + descr[1:]
    seed("npy", name, npy(descr, (4, 2), struct.pack(f"{order}8{code}", 1, 0, 0, 1, 1, 0, 0, 1)))
    seed("npy", name + "_3d", npy(descr, (2, 2, 2), struct.pack(f"{order}8{code}", 1, 0, 0, 1, 1, 0, 0, 1)))


def npz(arrays, method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in arrays.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


X = npy("<f8", (4, 2), doubles(0, 1, 2, 3, 4, 5, 6, 7))
Y = npy("<i8", (4,), struct.pack("<4q", 0, 1, 0, 1))
seed("npz", "stored", npz({"x_train.npy": X, "y_train.npy": Y}))
seed("npz", "deflated", npz({"X.npy": X, "y.npy": Y}, zipfile.ZIP_DEFLATED))
seed("npz", "parts", npz({"x_train.npy": X, "y_train.npy": Y, "x_test.npy": X, "y_test.npy": Y}))
NAMES = npy("<U1", (4,), "abab".encode("utf-32-le"))
HOT = npy("|u1", (4, 2), bytes([1, 0, 0, 1, 1, 0, 0, 1]))
for number, pair in enumerate([("images", "labels"), ("arr_0", "arr_1"), ("X_train", "y_train"), ("data", "target"), ("x", "t"),
                               ("train_images", "train_labels"), ("features", "classes"), ("a", "b"), ("X", "other")]):
    seed("npz", f"names{number}", npz({pair[0] + ".npy": X, pair[1] + ".npy": Y}))
    seed("npz", f"words{number}", npz({pair[0] + ".npy": X, pair[1] + ".npy": NAMES}))
    seed("npz", f"hot{number}", npz({pair[0] + ".npy": X, pair[1] + ".npy": HOT}))
seed("npz", "one", npz({"table.npy": X}))
seed("npz", "valid", npz({n + ".npy": a for n, a in (("x_train", X), ("y_train", Y), ("x_valid", X), ("y_valid", Y), ("x_test", X),
                                                     ("y_test", Y), ("note", NAMES))}))
seed("npz", "objects", npz({"x.npy": npy("|O", (1,), b"."), "y.npy": Y}))


def mat4(name, rows, cols, data, kind=0):
    return struct.pack("<5i", kind, rows, cols, 0, len(name) + 1) + name.encode() + b"\0" + data


def element(kind, data):
    return struct.pack("<2I", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def matrix(name, dims, data, array_class=6, kind=9):
    return element(14, element(6, struct.pack("<2I", array_class, 0)) + element(5, struct.pack(f"<{len(dims)}i", *dims)) +
                   element(1, name.encode()) + element(kind, data))


def mat5(*variables):
    return b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x100) + b"IM" + b"".join(variables)


MX = matrix("X", (4, 2), doubles(0, 1, 2, 3, 4, 5, 6, 7))
MY = matrix("y", (4, 1), doubles(0, 1, 0, 1))
PACKED = zlib.compress(MX)
CHARS = matrix("names", (2, 2), struct.pack("<4H", *b"abcd"), 4, 4)
CELL = element(14, element(6, struct.pack("<2I", 1, 0)) + element(5, struct.pack("<2i", 2, 1)) + element(1, b"y") +
               matrix("", (1, 2), struct.pack("<2H", *b"ab"), 4, 4) + matrix("", (1, 1), struct.pack("<H", 99), 4, 4))
SPARSE = element(14, element(6, struct.pack("<2I", 5, 3)) + element(5, struct.pack("<2i", 3, 2)) + element(1, b"X") +
                 element(5, struct.pack("<3i", 0, 2, 0)) + element(5, struct.pack("<3i", 0, 2, 3)) +
                 element(9, doubles(1, 2, 3)))
seed("mat", "version5", mat5(MX, MY))
seed("mat", "compressed", mat5(struct.pack("<2I", 15, len(PACKED)) + PACKED, MY))
seed("mat", "texts", mat5(MX, CHARS))
seed("mat", "cells", mat5(MX, CELL))
seed("mat", "sparse", mat5(SPARSE, matrix("y", (3, 1), doubles(0, 1, 1))))
seed("mat", "small_element", mat5(element(14, element(6, struct.pack("<2I", 6, 0)) + element(5, struct.pack("<2i", 1, 2)) +
                                          struct.pack("<HH", 1, 1) + b"X\0\0\0" + struct.pack("<HH", 2, 2) + b"\1\2\0\0")))
seed("mat", "version4", mat4("X", 4, 2, doubles(0, 1, 2, 3, 4, 5, 6, 7)) + mat4("y", 4, 1, doubles(0, 1, 0, 1)))
seed("mat", "version4_text", mat4("X", 2, 1, doubles(0, 1)) + mat4("y", 2, 2, doubles(97, 98, 99, 100), 1))
seed("mat", "version4_sparse", mat4("X", 4, 3, doubles(1, 2, 2, 2, 1, 3, 2, 2, 5, 6, 7, 0), 2))


def idx(kind, dims, data):
    return bytes([0, 0, kind, len(dims)]) + struct.pack(f">{len(dims)}I", *dims) + data


IMAGES = idx(8, (3, 2, 2), bytes(range(12)))
LABELS = idx(8, (3,), bytes([0, 1, 2]))
seed("idx", "images", pieces(IMAGES, LABELS))
seed("idx", "packed", pieces(gzip.compress(IMAGES, mtime=0), gzip.compress(LABELS, mtime=0)))
seed("idx", "floats", pieces(idx(13, (3, 2), struct.pack(">6f", 1, 2, 3, 4, 5, 6)), LABELS))
seed("idx", "shorts", pieces(idx(11, (3, 2), struct.pack(">6h", 1, 2, 3, 4, 5, 6)), LABELS))


def array_pickle(descr, shape, data, protocol):
    """Opcodes of numpy's own arrays: _reconstruct, then BUILD with (version, shape, dtype, order, bytes)."""
    def number(n):
        return b"J" + struct.pack("<i", n)

    def text(t):
        return b"X" + struct.pack("<I", len(t)) + t.encode()

    def blob(b):
        return b"B" + struct.pack("<I", len(b)) + b if protocol >= 3 else b"T" + struct.pack("<I", len(b)) + b

    module = "numpy.core.multiarray" if protocol < 4 else "numpy._core.multiarray"
    start = f"c{module}\n_reconstruct\n".encode() + b"cnumpy\nndarray\n" + number(0) + b"\x85" + blob(b"b") + b"\x87R"
    kind = b"cnumpy\ndtype\n" + text(descr) + b"\x89\x88\x87R(" + number(3) + text("<") + b"NNN" + number(-1) + number(-1) + number(0) + b"tb"
    return start + b"(" + number(1) + b"(" + b"".join(number(n) for n in shape) + b"t" + kind + b"\x89" + blob(data) + b"tb"


def pair_pickle(protocol):
    x = array_pickle("f8", (3, 2), doubles(0, 1, 2, 3, 4, 5), protocol)
    y = array_pickle("i8", (3,), struct.pack("<3q", 0, 1, 0), protocol)
    return bytes([0x80, protocol]) + x + y + b"\x86" + x + y + b"\x86" + b"\x86."


for protocol in (2, 3, 4):
    seed("pickle", f"protocol{protocol}", pair_pickle(protocol))
seed("pickle", "dict", pickle.dumps({b"data": [1, 2, 3], "labels": (0, 1, None, "a", b"b", 1 << 40)}, 2))
for protocol in (0, 1):
    seed("pickle", f"text{protocol}", pickle.dumps([("a\u00e9\n", 1, -5, 1 << 70, 2.5, True, None), {"k": b"\x00\xff"}, [], ()], protocol))
    seed("pickle", f"shared{protocol}", pickle.dumps([[1, 2]] * 3, protocol))
seed("pickle", "text_strings", b"(S'a\\x41\\n\\'b'\nS\"c\"\nV\\u00e9d\nI01\nI5\nL7L\nF1.5\nlp0\n0g0\n.")
seed("pickle", "protocol5", pickle.dumps([("a", 1), ("a", 2), {"k": [True, False]}], 5))

# -- text

OPTIONS = b"\0"
seed("text_table", "numbers", OPTIONS + b"a,b,y\n1,2,0\n3,4,1\n5,6.5e-3,0\n")
seed("text_table", "words", OPTIONS + b"size;colour;kind\n1,5;red;x\n2,5;blue;y\n;\"a \"\"b\"\";x\n")
seed("text_table", "dates", OPTIONS + b"when\tvalue\n2020-01-31\t1\n2021-12-01\t2\nNA\t3\n")
for number, (a, b) in enumerate([("31.12.2020", "1.2.2021"), ("12/31/2020", "1/2/2021"), ("31/12/2020", "1/2/2021"), ("2020-12-31T04:05:06Z",
                                 "2021-01-02T00:00:00Z"), ("2020-12-31 04:05", "2021-01-02 10:00"), ("20201231", "20210102"),
                                 ("2020/12/31", "2021/01/02"), ("31 Dec 2020", "1 Jan 2021"), ("Dec 31, 2020", "Jan 1, 2021"),
                                 ("2020-12-31T04:05:06.5+02:00", "2021-01-02T04:05:06-05:30"), ("04:05:06", "10:00:00"), ("2020-02-30", "x")]):
    rows = "".join(f"{a};1;p\n{b};2;q\n;3;p\n" for _ in range(4))
    seed("text_table", f"dates{number}", OPTIONS + f"when;x;y\n{rows}".encode())
seed("text_table", "codes", OPTIONS + "".join(f"{k % 7}.5,{'abcdefghij'[k % 10]}{k % 3},00{k % 4},{k * k % 5}\n" for k in range(40)).encode())
seed("text_table", "utf8", OPTIONS + "näme,ÿ,日本\n1,ä,x\n2,ö,😀\n".encode())
seed("text_table", "spaces", b"\x0c" + b"# note\n 1 2 3\n 4 5 6\n\n7 8 9\n")
seed("text_table", "utf16", b"\x80" + "a,b\n1,2\n3,4\n".encode("utf-16"))
seed("text_table", "latin", b"\xc0" + "größe,y\n1,ä\n2,ö\n".encode("latin-1"))
seed("text_table", "quoted", OPTIONS + b"\"x\",\"y\"\r\n\"1\r\n2\",\"a\"\r\n3,b\r\n")
seed("text_table", "two_labels", b"\x30" + b"x,y,z\n1,2,3\n4,5,6\n")
seed("libsvm", "classes", "1 1:0.5 3:2\n-1 2:1 # note\n+1 1:-3e4\n")
seed("libsvm", "sets", "0,2 1:1 2:2\n1 3:1\n 2:1\n")
seed("libsvm", "values", "0.5 0:1 7:0.25\n1.5 1:2\n")
seed("arff", "dense", "% note\n@relation t\n@attribute a numeric\n@attribute 'b c' {x,'y z'}\n@attribute d date yyyy-MM-dd\n"
     "@attribute class {0,1}\n@data\n1,x,'2020-01-31',0\n?,'y z',?,1\n2.5,x,'2020-02-01',1,{2}\n")
seed("arff", "sparse", "@RELATION t\n@ATTRIBUTE a REAL\n@ATTRIBUTE s STRING\n@ATTRIBUTE class {no,yes}\n@DATA\n{0 1,1 'it'}\n{2 yes}\n{}\n")
seed("csv", "cells", b"\0=1+1,\"a\"\r\n")
seed("csv", "raw", b"\1-1.5e3\x1b[31m\xe2\x80\xae")

# -- packed

seed("packed", "gzip", gzip.compress(b"some text, some text", mtime=0))
seed("packed", "members", gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0))
# A frame of one raw block, one of a run, a frame to skip.
seed("packed", "zstd_raw", bytes.fromhex("28b52ffd2005290000") + b"hello")
seed("packed", "zstd_run", bytes.fromhex("28b52ffd60004003020061") + bytes.fromhex("502a4d1804000000") + b"skip")

# -- JSON and TOML

seed("json", "object", '{"a": [1, -2, 3.5e-7, true, false, null], "b": {"c": "\\u00e9\\n\\ud83d\\ude00"}, "d": 18446744073709551615}')
seed("json", "list", "[[[]],{},\"\",-9223372036854775808,1e400]")
seed("config", "training", '[data]\nsource = "moons"\nrows = 100\nvalid = 0.2\ncategories = ["a", "b"]\n\n[network]\nhidden = [8, 4]\n'
     'activation = "relu"\n\n[training]\nepochs = 3\nlearning_rate = 1e-3\noptimizer = "adam"\nbatch_size = 16\nschedule = "cosine"\n')
seed("config", "dotted", 'training.epochs = 5\ntraining.early_stopping.patience = 3\nreport.statistics = "off"\n')
seed("search", "space", '[data]\nsource = "moons"\n[search]\ntrials = 5\nsampler = "random"\nscheduler = "median"\n'
     'constraints = ["parameters <= 1000"]\n[search.space]\ntraining.learning_rate = {low = 0.001, high = 0.1, log = true}\n'
     'network.activation = ["relu", "tanh"]\ntraining.momentum = {low = 0.0, high = 0.9, step = 0.1, when = {training.optimizer = "momentum"}}\n')
seed("search", "table", '[data]\nsource = "moons"\n[[search.trial]]\ntraining.learning_rate = 0.1\n[[search.trial]]\ntraining.learning_rate = 0.2\n')
for path in sorted((root / "studies").glob("*.toml")):
    if path.stat().st_size < 4000:
        seed("study", path.stem, path.read_bytes())
seed("study", "small", '[data]\nsource = "moons"\n[reproduce]\ntitle = "t"\nkind = "training"\n[[reproduce.case]]\nname = "a"\n'
     '[[reproduce.row]]\nlabel = "l"\ncase = "a"\nmetric = "train_loss"\npublished = "0.5"\nevidence = "exact"\n')

# -- records

METRICS = json.dumps({"epoch": 1, "train": {"loss": 0.5, "accuracy": 0.9}, "valid": None, "learning_rate": 0.1, "seconds": 0.1}).encode() + b"\n"
CERTIFICATE = json.dumps({"schema": 1, "claims": [{"name": "a", "holds": True}], "detection": {"mutants": []}}).encode()
SUMMARY = json.dumps({"schema": 1, "epochs": 2, "final": {"valid_accuracy": 0.9}, "data": {"name": "moons"}}).encode()
CONFIG = b"[training]\nepochs = 2\n"
seed("records", "run", pieces(METRICS + METRICS, SUMMARY, b'{"epoch":1,"layers":[]}\n', CERTIFICATE, b'{"epoch":1,"step":2}',
                                b'{"schema":1,"roc":[]}', b"training.epochs=2\n", CONFIG))
seed("records", "running", pieces(METRICS + b'{"epo', b"", b"", b"", b"{}", b"", b"", CONFIG))
seed("bundle", "certificate", CERTIFICATE)
seed("bundle", "study", json.dumps({"schema": 1, "trials": [], "space": [{"name": "</script>"}]}))
seed("bundle", "reproduction", json.dumps({"schema": 1, "study": {"id": "a"}, "rows": [{"label": "x", "verdict": "within"}]}))

# -- a checkpoint of checkpoint_target.cpp's run: 39 parameters, Adam's two slots, and the best ones; no hash behind it

def checkpoint(**changes):
    part = [0.5, 0.9, None, ["f1", 0.5]]
    header = {"config_sha256": "config", "data_sha256": "data", "dtype": "f32", "epoch": 1, "epochs": 4, "global_step": 7,
              "has_best": True, "history": [[1, part, part, None, 0.1, 0.05, 0.01, 100.0]], "plateau": [0.5, 0, 0], "shape": "2-6-3",
              "slots": 2, "step": 2, "stopping": [0.5, 1, 0, False, None], "sums": [1.0, 2.0, 3.0, 4.0, 0.1, 2, 3, 16],
              "wall_seconds": 0.5} | changes
    text = json.dumps(header).encode()
    return b"GRADUSC1" + struct.pack("<Q", len(text)) + text + struct.pack("<156f", *(k / 8 for k in range(156)))


seed("checkpoint", "with_best", checkpoint())
seed("checkpoint", "older", checkpoint(history=[], stopping=[None, 0, 0, False]))

# -- live view

HOST = "Host: 127.0.0.1:8000\r\n"
seed("live", "get", f"GET /TOKEN/runs HTTP/1.1\r\n{HOST}\r\n")
seed("live", "data", f"GET /TOKEN/data?run=a%2Fb&run=c HTTP/1.1\r\n{HOST}Sec-Fetch-Site: same-origin\r\nAccept: */*\r\n\r\n")
seed("live", "stop", f"POST /TOKEN/stop?run=a HTTP/1.1\r\n{HOST}Origin: http://127.0.0.1:8000\r\nContent-Length: 0\r\n\r\n")
seed("live", "events", f"GET /TOKEN/events?run=a&after=3 HTTP/1.1\r\n{HOST}Last-Event-ID: 7\r\nRange: bytes=0-1\r\n\r\n")
for name, lines in {"two_hosts": HOST + "Host: evil.example\r\n", "two_lengths": HOST + "Content-Length: 0\r\nContent-Length: 5\r\n",
                    "encoded": HOST + "Transfer-Encoding: chunked\r\n", "no_host": "", "foreign": "Host: evil.example:8000\r\n"}.items():
    seed("live", name, f"GET /TOKEN/runs HTTP/1.1\r\n{lines}\r\n")

# -- the C interface: how many calls, rows, then the calls of capi_target.cpp, and a configuration

def capi(*calls, rows=6, config=b"training.epochs = 1"):
    return bytes([len(calls), rows, *(byte for call in calls for byte in call)]) + struct.pack("<H", len(config)) + config


def capi_call(function, kind=1, columns=2, row_step=80, column_step=72, more=1, further=()):
    return [function, kind, columns, 1, row_step, column_step, more, *further]


CODES = [2, 3, 2, 3, 3, 2, 1, 2, 3, 2, 3, 2]
seed("capi", "matrix", capi(capi_call(0), capi_call(5, further=CODES), capi_call(8)))
seed("capi", "array", capi(capi_call(0, kind=0, row_step=72, column_step=68, more=0), capi_call(6, columns=1)))
seed("capi", "columns", capi(capi_call(1), capi_call(2), capi_call(3, further=CODES), capi_call(4, further=range(0, 39, 3)), capi_call(5, further=CODES)))
seed("capi", "label_column", capi(capi_call(1, kind=3), capi_call(3, further=CODES), config=b'{"data": {"label": "level"}}'))
seed("capi", "label_sets", capi(capi_call(0, kind=10), capi_call(7, kind=10)))

# -- what the program alone can make, and what was found

for folder in sorted((here / "seeds").iterdir()):
    for path in sorted(folder.iterdir()):
        (out / folder.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, out / folder.name / path.name)
