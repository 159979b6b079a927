"""Runs the program for the reference runs and reads what it prints."""
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import decimal
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess

FLAGS = {  # those of the keys in cases that go onto the command line
    "data.source": "--data", "data.rows": "--rows", "data.label": "--label", "data.weight": "--weight",
    "network.hidden": "--hidden", "training.optimizer": "--optimizer", "training.learning_rate": "--lr",
    "training.weight_decay": "--weight-decay", "training.batch_size": "--batch", "training.epochs": "--epochs",
    "training.class_weights": "--class-weights",
}


class Mismatch(Exception):
    """What was expected and what was found, in one sentence."""


def read_json(text):
    return json.loads(text)


def count_digits(values):
    """The most significant digits that a number among `values` needs: few if they were printed in a rounded form."""
    if isinstance(values, float):
        return len(decimal.Decimal(repr(values)).normalize().as_tuple().digits)
    inner = values.values() if isinstance(values, dict) else values if isinstance(values, list) else ()
    return max((count_digits(value) for value in inner), default=0)


def digest(value):
    """16 digits of the SHA-256 of numbers, texts, lists and objects; floats by the digits that give back their bits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def with_all_digits(predictions, dtype):
    """Predictions of an f32 network as the double that each number is, in the digits that were printed when the
    references were made; today's have those that f32 needs."""
    if dtype == "f64":
        return predictions

    def widened(field):
        value = struct.unpack("<f", struct.pack("<f", float(field.group())))[0]
        return repr(value).removesuffix(".0")

    number = r"(?m)(?<![^,\n])-?\d+(\.\d+(e[+-]?\d+)?|e[+-]?\d+)(?![^,\n])"
    return re.sub(number, widened, predictions)


def toml_value(value):
    return json.dumps(value)  # true, 1.5, "text" and lists look the same in both


def toml(settings):
    """Settings by section."""
    sections = {}
    for key, value in settings.items():
        section, name = key.split(".")
        sections.setdefault(section, []).append(f"{name} = {toml_value(value)}\n")
    return "\n".join(f"[{section}]\n{''.join(lines)}" for section, lines in sections.items())


def plain_text(value):
    """A value as flags and --set take it."""
    if isinstance(value, list):
        return ",".join(map(plain_text, value))
    return json.dumps(value) if not isinstance(value, str) else value


class Program:
    """One program in one folder, which the data files are in."""

    def __init__(self, path, folder):
        self.path = str(pathlib.Path(path).resolve())
        self.folder = pathlib.Path(folder)
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("GRADUS_")}
        # No data of this machine's user takes part.
        self.environment |= {"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder)}

    def start(self, words, target=""):
        environment = self.environment | ({"GRADUS_TARGET": target} if target else {})
        return subprocess.run([self.path, *map(str, words)], cwd=self.folder, env=environment, capture_output=True,
                              text=True, check=False)

    def run(self, words, target="", exit_codes=(0,)):
        """Standard output; a Mismatch when the program ends in another way."""
        done = self.start(words, target)
        if done.returncode not in exit_codes:
            command = " ".join(map(str, ["gradus", *words]))
            raise Mismatch(f"`{command}` exits with {done.returncode}: {done.stderr.strip()[-400:]}")
        return done.stdout

    def targets(self):
        """Instruction sets of this CPU, the best one first."""
        line = re.search(r"^targets +(.*)$", self.run(["doctor"]), re.MULTILINE)
        return line.group(1).split(", ")


def differences(expected, found, where=""):
    """Sentences about what `found` lacks or has otherwise; what it has beside that is no difference."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            place = f"{where}.{key}" if where else key
            if key not in found:
                yield f"{place}: expected {value!r}, found nothing"
            else:
                yield from differences(value, found[key], place)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, value in enumerate(expected):
            yield from differences(value, found[index], f"{where}[{index}]")
    elif not same_value(expected, found):
        yield f"{where}: expected {shown(expected)}, found {shown(found)}"


def same_value(expected, found):
    if isinstance(expected, float) and isinstance(found, float):
        return float(expected).hex() == float(found).hex()
    return type(expected) is type(found) and expected == found


def shown(value):
    if isinstance(value, float):
        return f"{float(value)!r} ({float(value).hex()})"
    return repr(value)


class Tally:
    """What passed, what failed and why."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def note(self, name, problems):
        if not problems:
            self.passed += 1
            return
        self.failed += 1
        for problem in problems:
            print(f"FAILED {name}: {problem}", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def attempt(function, *arguments):
    """(result, problems) of a function that may raise Mismatch or meet output that it cannot read."""
    try:
        return function(*arguments), []
    except Mismatch as mismatch:
        return None, [str(mismatch)]
    except (KeyError, TypeError, ValueError, OSError) as error:
        return None, [f"{type(error).__name__}: {error}"]


def in_parallel(jobs, function, items):
    """(item, result) for every item, as they are finished in their order."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        yield from zip(items, pool.map(function, items))
