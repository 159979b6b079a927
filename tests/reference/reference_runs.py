#!/usr/bin/env python3
"""The program gives the bits that it gave when reference_runs.json was written.

Seen from outside only: trains every case of reference_cases.py and compares hashes of weights and all measures, to the bit,
on every instruction set and number of threads. Without --all each case runs as the first combination of --targets and
--threads, and as one of the others in turn.

usage: reference_runs.py --program PATH [--part runs|version1|studies] [--all] [--write] [--only PATTERN] [--sample N] ...
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import fnmatch
import itertools
import json
import os
import pathlib
import sys
import tempfile

import reference_data
import reference_studies
import reference_version1
from reference_cases import CASES
from reference_program import Mismatch, Program, Tally, attempt, differences, in_parallel
from reference_training import CaseRun

RECORD = pathlib.Path(__file__).with_name("reference_runs.json")
# Every case is run with some number of threads, resumed ones choose when to save; the rest is about files only.
NO_CASE = ("data.data_dir", "data.max_bytes", "data.max_classes", "training.threads", "training.checkpoint_epochs")


def parse_arguments():
    parser = argparse.ArgumentParser(description="compares runs of gradus with recorded ones, to the bit")
    parser.add_argument("--program", required=True)
    parser.add_argument("--part", choices=("runs", "version1", "studies"), default="runs")
    parser.add_argument("--write", action="store_true", help="record anew instead of comparing")
    parser.add_argument("--all", action="store_true", help="every case on every target with every number of threads")
    parser.add_argument("--threads", default="1,2,3", help="the first one is the base")
    parser.add_argument("--targets", default="avx512,avx2,neon,plain", help="those that this CPU lacks are skipped")
    parser.add_argument("--only", default="*", help="names of cases, with * and ?")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every N-th case")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def combinations(arguments, program):
    """(target, threads), the base first."""
    here = program.targets()
    asked = arguments.targets.split(",")
    for target in asked:
        if target not in here:
            print(f"skipped: target {target}, which this CPU does not have")
    targets = [target for target in asked if target in here]
    return list(itertools.product(targets, map(int, arguments.threads.split(","))))


def chosen_cases(arguments):
    """With their numbers among all cases, so that a case keeps its turn whatever is chosen."""
    named = [(i, case) for i, case in enumerate(CASES) if fnmatch.fnmatch(case[0], arguments.only)]
    return named[::arguments.sample]


def plan(arguments, combos):
    """(number of the case, case, target, threads) of all runs."""
    runs = []
    for number, case in chosen_cases(arguments):
        others = combos[1:]
        if not arguments.all and others:
            others = [others[number % len(others)]]
        if arguments.write:
            others = []
        runs += [(number, case, *combo) for combo in [combos[0], *others]]
    return runs


def run_all(arguments, program, runs):
    """(case, what it ran as, record, problems) of every run."""

    def one(run):
        number, case, target, threads = run
        return attempt(CaseRun(program, case, target, threads, f"{number}-{target}-{threads}").record)

    for run, (record, problems) in in_parallel(arguments.jobs, one, runs):
        _, case, target, threads = run
        yield case, f"{case[0]} ({target}, {threads} threads)", record, problems


def read_record():
    return json.loads(RECORD.read_text())["cases"] if RECORD.exists() else {}


def write_record(cases):
    """One line per case: differences of two records can be read."""
    lines = [f"{json.dumps(name)}: {json.dumps(cases[name], sort_keys=True)}" for name, _, _ in CASES if name in cases]
    RECORD.write_text('{"schema": 1, "cases": {\n' + ",\n".join(lines) + "\n}}\n")


def compare(record, case, recorded):
    name = case[2].get("same_as", case[0])
    if name not in recorded:
        return ["no record of this case: --write makes one"]
    expected = recorded[name]
    if "same_as" in case[2]:
        expected = {key: value for key, value in expected.items() if key in record}
    return list(differences(expected, record))


def options_without_case(program):
    """Keys of the configuration that no case sets, although they could change a bit."""
    used = {key for _, settings, _ in CASES for key in settings}
    section = ""
    for line in program.run(["train", "--data", "moons", "--dry-run"]).splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif " = " in line and not line.startswith("#"):
            key = f"{section}.{line.split(' = ')[0]}"
            if key not in used and key not in NO_CASE:
                yield f"expected a case with {key}, found none"


def check_runs(arguments, program):
    runs = plan(arguments, combinations(arguments, program))
    recorded = read_record()
    tally = Tally()
    for case, name, record, problems in run_all(arguments, program, runs):
        if record is not None and arguments.write and "same_as" not in case[2]:
            recorded[case[0]] = record
        elif record is not None:
            problems = compare(record, case, recorded)
        tally.note(name, problems)
    if arguments.write and not tally.failed:
        write_record(recorded)
    tally.note("every option occurs", list(options_without_case(program)))
    tally.note("every record has a case", sorted(set(recorded) - {name for name, _, _ in CASES}))
    return tally.finish()


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        program = Program(arguments.program, folder)
        reference_data.write_files(folder)
        parts = {"runs": check_runs, "version1": reference_version1.check, "studies": reference_studies.check}
        return parts[arguments.part](arguments, program)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Mismatch as mismatch:  # before the first run
        sys.exit(f"reference_runs.py: {mismatch}")
