"""Every system call that can fail, failing once, for every n: the program ends with the old state or the new one.

    fault_test.py PROGRAM LIBRARY [--scenarios train,...] [--kinds alloc,...] [--sample N] [--jobs N]

Without --sample every call of every kind fails in turn (hours, for allocations); with it N of them, the first ones always.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import random
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scenarios import SCENARIOS, TEMPORARY, Program

# Of each kind of call the ways to fail. "on": that call and all after it, as on a full disk.
WAYS = {
    "alloc": ["ENOMEM", "ENOMEM:on"],
    "open": ["EMFILE", "EACCES", "EINTR"],
    "write": ["ENOSPC", "ENOSPC:on", "EIO", "EINTR", "short", "short:on"],
    "sync": ["EIO", "ENOSPC:on"],
    "rename": ["EIO", "ENOSPC:on"],
    "read": ["EIO", "EINTR", "short", "short:on"],
}
# What is no failure: the program must do its work all the same. (Files are opened by libraries, too, which do not try again.)
HARMLESS = {"EINTR", "short", "short:on"}


def judge(scenario, folder, done, kind, way):
    """What is wrong with how the program ended."""
    code, lines = done.returncode, done.stderr.splitlines()
    sentences = [line for line in lines if line.startswith("gradus: ")]
    problems = []
    if code not in (0, 1, 2):
        problems.append(f"exit code {code}")
    if code in (1, 2) and (len(sentences) != 1 or lines[-1] != sentences[0]):
        problems.append(f"no sentence at the end of standard error: {lines[-3:]}")
    if code != 0 and way in HARMLESS and kind != "open":
        problems.append(f"failed where nothing was wrong: {lines[-1:]}")
    left = [str(path.relative_to(folder)) for path in folder.rglob("*") if TEMPORARY.search(path.name)]
    # Out of memory inside a destructor nothing can be undone: what is left is what a killed process leaves.
    if left and kind != "alloc":
        problems.append(f"temporary files are left: {left}")
    if code == 0 and not scenario.finished(folder) and (kind, way) != ("open", "EACCES"):
        problems.append("exit code 0 without the result")
    return problems + scenario.problems(folder)


def try_fault(scenario, kind, call, way):
    folder = scenario.copy(scenario.work)
    try:
        done = scenario.program.run(folder, scenario.command, GRADUS_FAULT=f"{kind}:{call}:{way}")
        said = (done.stderr.splitlines() or [""])[-1][:160]
        return [f"{scenario.name} {kind} {call} {way}: {problem}  [{done.returncode}: {said}]"
                for problem in judge(scenario, folder, done, kind, way)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def count_calls(scenario):
    folder = scenario.copy(scenario.work)
    counts = folder / "counts"
    scenario.program.run(folder, scenario.command, GRADUS_FAULT_COUNTS=str(counts))
    return {kind: int(number) for kind, number in (line.split() for line in counts.read_text().splitlines())}


def chosen_calls(count, sample, seed):
    calls = list(range(1, count + 1))
    if sample is None or count <= sample:
        return calls
    return sorted(random.Random(seed).sample(calls, sample))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("library")
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--kinds", default=",".join(WAYS))
    parser.add_argument("--sample", type=int, help="calls of a kind and a way to fail, each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    program = Program(Path(arguments.program).resolve(), Path(arguments.library).resolve())
    failures, tried = [], 0
    with tempfile.TemporaryDirectory(prefix="gradus-faults-") as work, ThreadPoolExecutor(arguments.jobs) as pool:
        for name in arguments.scenarios.split(","):
            scenario = SCENARIOS[name](program, work)
            counts = count_calls(scenario)
            for kind in arguments.kinds.split(","):
                if counts[kind] == 0:
                    failures.append(f"{name}: no call of kind {kind} was seen")
                tasks = [(scenario, kind, call, way) for way in WAYS[kind]
                         for call in chosen_calls(counts[kind], arguments.sample, f"{arguments.seed}{name}{way}")]
                found = [problem for problems in pool.map(lambda task: try_fault(*task), tasks) for problem in problems]
                tried += len(tasks)
                print(f"{name} {kind}: {counts[kind]} calls, {len(tasks)} faults, {len(found)} problems", flush=True)
                print("".join(f"    {problem}\n" for problem in found[:40]), end="", flush=True)
                failures += found
    print(f"{tried} faults, {len(failures)} problems")
    sys.exit(1 if failures or tried == 0 else 0)


main()
