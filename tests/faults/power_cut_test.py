"""The power is cut after every change that reaches the disk: what is there then is the old state or the new one.

    power_cut_test.py PROGRAM LIBRARY [--scenarios train,...] [--sample N] [--jobs N]

Each scenario runs once with a journal of its changes; journal.py builds from it the states that a cut may leave. From every
one of them the program must go on to the result that it would have had. Without --sample all states are tried.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import random
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from journal import Disk, states
from scenarios import SCENARIOS, Program


def cut_states(scenario, work):
    folder = scenario.copy(work)
    disk = Disk(folder)
    journal = Path(work) / f"journal-{scenario.name}"
    done = scenario.program.run(folder, scenario.command, GRADUS_JOURNAL=str(journal), GRADUS_JOURNAL_ROOT=str(folder))
    if done.returncode != 0:
        raise AssertionError(f"{scenario.name}: {done.stderr}")
    found = list(states(disk, journal))
    # A journal that misses a change would test nothing.
    seen = {path: None if file is None else bytes(file.seen) for path, file in disk.names.items()}
    real = {str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes() for path in folder.rglob("*")}
    ignored = {path for path in set(seen) | set(real) if path.endswith("-shm")}
    differing = [path for path in (set(seen) | set(real)) - ignored if seen.get(path, b"") != real.get(path, b"")]
    if differing:
        raise AssertionError(f"{scenario.name}: the journal does not give what is on the disk: {sorted(differing)}")
    return found


def try_state(scenario, number, kind, state):
    folder = Path(tempfile.mkdtemp(prefix=f"{scenario.name}-cut-", dir=scenario.work))
    try:
        for path in sorted(state):
            target = folder / path
            if state[path] is None:
                target.mkdir(parents=True, exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(state[path])
        return [f"{scenario.name}, cut after change {number} ({kind}): {problem}"
                for problem in scenario.problems(folder)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("library")
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--sample", type=int, help="tenths of the states of each scenario")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    program = Program(Path(arguments.program).resolve(), Path(arguments.library).resolve())
    failures, tried = [], 0
    with tempfile.TemporaryDirectory(prefix="gradus-cuts-") as work, ThreadPoolExecutor(arguments.jobs) as pool:
        for name in arguments.scenarios.split(","):
            scenario = SCENARIOS[name](program, work)
            all_states = cut_states(scenario, work)
            chosen = all_states
            if arguments.sample is not None:
                count = max(1, len(all_states) * arguments.sample // 10)
                chosen = random.Random(arguments.seed).sample(all_states, count)
            found = [problem for problems in pool.map(lambda state: try_state(scenario, *state), chosen)
                     for problem in problems]
            tried += len(chosen)
            print(f"{name}: {len(all_states)} states, {len(chosen)} tried, {len(found)} problems", flush=True)
            print("".join(f"    {problem}\n" for problem in found[:40]), end="", flush=True)
            failures += found
    print(f"{tried} power cuts, {len(failures)} problems")
    sys.exit(1 if failures or tried == 0 else 0)


main()
