#!/usr/bin/env python3
"""Gradus and its peers on the same data in one sitting: equal losses first, then one table of ratios.

README.md beside this file says how to read the table. Exit codes: 0 done, 2 bad usage, 3 losses differ.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import pathlib
import signal
import statistics
import sys
import tempfile
import time

import numpy as np

import loss_check
import participants
import problems
import report

HERE = pathlib.Path(__file__).resolve().parent


# The setting whose losses are compared: the one that suffers least from other processes.
CHECKED = "1 thread"


def note(text):
    print(text, file=sys.stderr, flush=True)


class Machine:
    """How much of the cores processes other than one participant used between two looks."""

    def __init__(self, participant):
        self.participant = participant
        self.busy, self.own, self.clock = self._busy(), participant.cpu_seconds(), time.perf_counter()

    @staticmethod
    def _busy():
        # user nice system idle iowait irq softirq steal: everything but idle and iowait.
        fields = [int(x) for x in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")

    def taken_by_others(self):
        """Cores that others held on average since construction."""
        own = self.participant.cpu_seconds() - self.own
        return max(0.0, self._busy() - self.busy - own) / (time.perf_counter() - self.clock)


def start_participants(options, counts):
    """Starts every setting of every peer, for the loss check alone those of one thread; a peer that does not start is
    named and left out."""
    running, missing = [], []
    for name in options.peer:
        for setting in participants.peer_settings(name, pathlib.Path(options.build) / "peers", counts):
            if options.check_only and setting.label != CHECKED:
                continue
            try:
                running.append(participants.Participant(setting))
            except (participants.PeerFailed, OSError) as error:
                missing.append(f"{name}: skipped ({error}); {participants.INSTALL_HINTS[name]}")
                break
    return running, missing


def check_losses(running, folder, record, options, work):
    """Losses after training by one setting of every peer, and what the check has to say."""
    weights = str(pathlib.Path(work) / "trained.bin")
    epoch = record["samples"] // record["batch"]
    count = max(record["check_batches"], epoch) if options.whole_epochs else record["check_batches"]

    def trained_loss(participant, **changes):
        participant.ask(do="open", problem=str(folder))
        participant.ask(do="train", count=count, weights=weights, **changes)
        return loss_check.mean_loss(folder, np.fromfile(weights))

    by_peer = {p.setting.peer: p for p in running if p.setting.label == CHECKED}
    reference_peer = by_peer.get("numpy")
    if reference_peer is None:
        raise participants.PeerFailed("the loss check needs the peer numpy")
    reference = {"all": trained_loss(reference_peer)}
    if record["l1"] > 0 and "sklearn" in by_peer:
        reference["sklearn"] = trained_loss(reference_peer, l1=0.0)
    losses = {}
    for name, participant in by_peer.items():
        changes = {"learning_rate_factor": loss_check.FAULT} if name == options.fault else {}
        again = name == "numpy" and not changes
        losses[name] = reference["all"] if again else trained_loss(participant, **changes)
    fault_loss = trained_loss(next(iter(by_peer.values())), learning_rate_factor=loss_check.FAULT)
    for participant in by_peer.values():
        participant.ask(do="open", problem=str(folder))
    problems_found = loss_check.verdict(losses, reference, fault_loss)
    return {"losses": losses, "reference": reference, "fault": fault_loss,
            "epochs": round(count / epoch, 3)}, problems_found


def calibrate(participant, seconds):
    """Steps that take about `seconds`; the first ones fetch pages and wake threads."""
    participant.ask(do="steps", count=2)
    count = 1
    while True:
        elapsed = participant.ask(do="steps", count=count)["seconds"]
        if elapsed >= seconds / 4 or count > 1_000_000:
            return max(2, round(count * seconds / elapsed))
        count *= 2


def timed_turn(participant, count, patience):
    """One turn of one participant. A turn that others disturbed is taken again until the patience is used up."""
    while True:
        machine = Machine(participant)
        seconds = participant.ask(do="steps", count=count)["seconds"]
        taken = machine.taken_by_others()
        if taken <= report.DISTURBED or patience.left <= 0:
            return seconds / count, taken
        start = time.perf_counter()
        time.sleep(0.2)
        patience.left -= time.perf_counter() - start + seconds


class Patience:
    def __init__(self, seconds):
        self.left = seconds


def time_workload(running, folder, record, options, patience):
    """Round robin: every participant has one short turn a round."""
    counts = {}
    for participant in running:
        participant.ask(do="open", problem=str(folder))
        counts[participant] = calibrate(participant, options.turn_seconds)
    turns = {participant: [] for participant in running}
    for _ in range(options.rounds):
        for participant in running:
            turns[participant].append(timed_turn(participant, counts[participant], patience))
    steps = record["samples"] // record["batch"]
    return [{"peer": p.setting.peer, "setting": p.setting.label, "environment": p.setting.environment,
             "version": p.version, "seconds_per_epoch": [seconds * steps for seconds, _ in turns[p]],
             "taken_by_others": [round(taken, 3) for _, taken in turns[p]]} for p in running]


class OneSentenceParser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"compare.py: {message}; --help lists everything\n")


def parse_arguments():
    parser = OneSentenceParser(description=__doc__.split("\n", maxsplit=1)[0], allow_abbrev=False)
    parser.add_argument("--workload", nargs="+", choices=list(problems.SIZES), default=["s0", "s1", "s2", "s3", "s4"])
    parser.add_argument("--peer", nargs="+", choices=participants.ALL_PEERS, default=list(participants.ALL_PEERS))
    parser.add_argument("--rounds", type=int, metavar="N", default=5, help="rounds whose median is taken (default: 5)")
    parser.add_argument("--turn-seconds", type=float, default=0.25, help="length of one turn (default: 0.25)")
    parser.add_argument("--patience", type=float, default=120.0,
                        help="seconds in all for repeating turns that other processes disturbed (default: 120)")
    parser.add_argument("--check-only", action="store_true", help="compare losses, time nothing")
    parser.add_argument("--whole-epochs", action="store_true", help="compare losses after an epoch of s0, s1 and s2 too")
    parser.add_argument("--fault", choices=["torch", "sklearn", "numpy", "gradus f32", "gradus f64"],
                        help="give this peer a learning rate one per cent too large: the check must refuse it")
    parser.add_argument("--build", default=str(HERE.parent / "build" / "release"), help="where gradus was built")
    parser.add_argument("--data-dir", help="first place to look for mnist/ and fashion/ (IDX)")
    parser.add_argument("--out", help="folder for the results, or 'none' (default: benchmarks/results)")
    options = parser.parse_args()
    if options.rounds < 1 or options.turn_seconds <= 0:
        parser.error("--rounds and --turn-seconds must be positive")
    return options


def data_folders(options):
    folders = [options.data_dir, os.environ.get("GRADUS_DATA_DIR"), HERE.parent.parent / "shared" / "data",
               pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "gradus"]
    return [folder for folder in folders if folder]


def run(options, work):
    cores = os.cpu_count() or 1
    running, missing = start_participants(options, [1, cores] if cores > 1 else [1])
    for sentence in missing:
        note(sentence)
    results = {"machine": report.machine(), "missing": missing, "workloads": {}}
    wrong, patience = [], Patience(options.patience)
    try:
        for name in options.workload:
            folder = problems.make_problem(name, data_folders(options), str(pathlib.Path(options.build) / "gradus"), work)
            record = problems.read_record(folder)
            note(f"{name}: {record['data']}")
            check, found = check_losses(running, folder, record, options, work)
            wrong += [f"{name}: {sentence}" for sentence in found]
            for sentence in found:
                note(f"{name}: {sentence}")
            result = {"data": record["data"], "samples": record["samples"], "check": check, "problems": found}
            if not options.check_only:
                result["timings"] = time_workload(running, folder, record, options, patience)
                others = statistics.median(t for row in result["timings"] for t in row["taken_by_others"])
                note(f"{name}: others held {others:.2f} cores in the median turn")
            results["workloads"][name] = result
    finally:
        for participant in running:
            participant.close()
    return results, wrong


def main():
    options = parse_arguments()
    # Ends through the `finally` that ends the peers: a stopped process would stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as work:
        try:
            results, wrong = run(options, work)
        except participants.PeerFailed as error:
            note(f"compare.py: a peer failed: {error}")
            return 1
    print(report.markdown(results))
    if not options.check_only and options.out != "none":
        note(f"stored in {report.store(results, options.out or HERE / 'results')}")
    return 3 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
