"""One process per participant and setting, alive for the whole sitting and stopped while others have their turn."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import signal
import subprocess
import sys
from dataclasses import dataclass, field

PEERS = pathlib.Path(__file__).parent / "peers"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "MKL_NUM_THREADS", "GOTO_NUM_THREADS",
                    "GRADUS_TARGET")


@dataclass
class Setting:
    """How one participant is started. `label` is "as installed" or says what was set."""
    peer: str
    label: str
    command: list
    environment: dict = field(default_factory=dict)


class PeerFailed(Exception):
    pass


class Participant:
    """A running peer. A thread pool that spins between steps must not take the cores from the next one: the process is
    stopped whenever it has no order."""

    def __init__(self, setting):
        self.setting = setting
        environment = {k: v for k, v in os.environ.items() if k not in THREAD_VARIABLES}
        self.process = subprocess.Popen(setting.command, env={**environment, **setting.environment}, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.version = self._answer()["version"]
        except PeerFailed:
            self.close()
            raise
        self._pause()

    def ask(self, **order):
        os.kill(self.process.pid, signal.SIGCONT)
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self._answer()
        self._pause()
        return answer

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            message = self.process.stderr.read().strip().splitlines()
            raise PeerFailed(message[-1] if message else "ended without a word")
        return json.loads(line)

    def _pause(self):
        os.kill(self.process.pid, signal.SIGSTOP)


def cpu_flags():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            return line.split()
    return []


def blas_kernels():
    """Values of OPENBLAS_CORETYPE worth trying here; None leaves the choice to OpenBLAS."""
    flags = cpu_flags()
    kernels = [None]
    if "avx512f" in flags:
        kernels.append("SkylakeX")
    if "avx2" in flags:
        kernels.append("Haswell")  # Zen's are the same, and OpenBLAS chooses them itself
    return kernels


def thread_settings(peer, command, counts, kernels):
    """As installed, then every thread count with every BLAS kernel."""
    settings = [Setting(peer, "as installed", command)]
    for threads in counts:
        for kernel in kernels:
            environment = {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
            label = f"{threads} thread{'s' if threads > 1 else ''}"
            if kernel is not None:
                environment["OPENBLAS_CORETYPE"] = kernel
                label += f", {kernel}"
            settings.append(Setting(peer, label, command, environment))
    return settings


def gradus_settings(folder, counts):
    program = str(pathlib.Path(folder) / "gradus_peer")
    return [Setting(f"gradus {dtype}", f"{threads} thread{'s' if threads > 1 else ''}", [program, dtype, str(threads)])
            for dtype in ("f32", "f64") for threads in counts]


def peer_settings(name, folder, counts):
    """All settings of one peer by its name on the command line."""
    if name == "gradus":
        return gradus_settings(folder, counts)
    if name in ("onednn", "libtorch"):
        kernels = [None] if name == "onednn" else blas_kernels()
        return thread_settings(name, [str(pathlib.Path(folder) / f"{name}_peer")], counts, kernels)
    return thread_settings(name, [sys.executable, str(PEERS / f"{name}_peer.py")], counts, blas_kernels())


ALL_PEERS = ("gradus", "torch", "libtorch", "sklearn", "numpy", "onednn")
INSTALL_HINTS = {
    "gradus": "build the target gradus_bench_peers",
    "torch": "install python3-torch",
    "libtorch": "install libtorch-dev and configure with -DGRADUS_BENCH_PEERS=ON",
    "sklearn": "install python3-sklearn",
    "numpy": "install python3-numpy",
    "onednn": "install libdnnl-dev and configure with -DGRADUS_BENCH_PEERS=ON",
}
