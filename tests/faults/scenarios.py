"""What is done to the program while something fails, and what must be left of it.

A scenario has a folder as it is before, a command, and a check of the folder as it is afterwards: the old state or the new
one, from which everything goes on to the result that it would have had.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROWS = "x,y,answer\n" + "".join(
    f"{r % 7}.{r % 3},{r % 5},{'yes' if r % 7 * 2 > r % 5 + 3 else 'no'}\n" for r in range(60))
TRAIN = ["train", "--data", "d.csv", "--hidden", "4", "--epochs", "3", "--batch", "16", "--threads", "1", "--quiet",
         "--set", "training.checkpoint_epochs=1",
         "--schedule", "constant", "--out", "run"]
STUDY = """[data]
source = "d.csv"
[network]
hidden = [2]
[training]
epochs = 3
[search]
sampler = "tpe"
scheduler = "hyperband"
trials = 6
startup = 2
generation = 3
[search.space]
training.learning_rate = {low = 0.001, high = 0.3}
"""
SEARCH = ["search", "s.toml", "--jobs", "1", "--quiet", "--no-report"]
TEMPORARY = re.compile(r"\.tmp-|\.part$")


class Program:
    """The program under test, with the library of faults where that is asked for."""

    def __init__(self, path, library):
        self.path, self.library = str(path), str(library)

    def run(self, folder, words, **preloaded):
        environment = dict(os.environ, LC_ALL="C")
        if preloaded:
            environment |= {"LD_PRELOAD": self.library} | preloaded
        return subprocess.run([self.path, *words], cwd=folder, env=environment, capture_output=True, text=True,
                              errors="replace", timeout=120, check=False)


class Scenario:
    """One command. `template` is the folder before it, `expected` what it gives undisturbed."""

    command, name = [], ""

    def __init__(self, program, work):
        self.program = program
        self.template = Path(work) / f"template-{self.name}"
        self.template.mkdir()
        (self.template / "d.csv").write_text(ROWS)
        (self.template / "s.toml").write_text(STUDY)
        self.prepare(self.template)
        done = self.copy(work)
        self.must(done, self.command)
        self.expected = self.result(done)
        self.work = work

    def copy(self, work):
        folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-", dir=work))
        shutil.copytree(self.template, folder, dirs_exist_ok=True)
        return folder

    def must(self, folder, words):
        done = self.program.run(folder, words)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(words)}: exit code {done.returncode}: {done.stderr.strip()}")

    def prepare(self, folder):
        pass

    def goes_on(self, folder):
        """Brings the folder to the result, as a user would after the fault."""

    def result(self, folder):
        raise NotImplementedError

    def finished(self, folder):
        """Whether the result stands in the folder; what stands there must be whole."""
        raise NotImplementedError

    def problems(self, folder):
        """What is wrong with the folder after the command ended however it did."""
        try:
            if self.finished(folder) and self.result(folder) != self.expected:
                return ["what stands there is neither the old nor the new result"]
            self.goes_on(folder)
            if self.result(folder) != self.expected:
                return ["going on gives another result"]
        except (AssertionError, OSError, ValueError, KeyError) as problem:
            return [f"{type(problem).__name__}: {problem}"]
        return []


def weights(folder):
    return json.loads((folder / "run/summary.json").read_text())["weights_sha256"]


class Train(Scenario):
    command, name = TRAIN, "train"

    def goes_on(self, folder):
        has_run = (folder / "run/config.toml").exists()
        self.must(folder, ["train", "--resume", "run", "--quiet"] if has_run else [*TRAIN, "--force"])

    def finished(self, folder):
        if (folder / "run/model.safetensors").exists():
            self.must(folder, ["predict", "run", "--data", "d.csv"])
        return (folder / "run/summary.json").exists()

    def result(self, folder):
        self.must(folder, ["predict", "run", "--data", "d.csv"])
        return weights(folder)


class TrainMore(Train):
    command, name = ["train", "--resume", "run", "--epochs", "5", "--quiet"], "more"

    def prepare(self, folder):
        self.must(folder, TRAIN)
        self.before = weights(folder)

    def finished(self, folder):
        # The old model stands until the new one is whole.
        self.must(folder, ["predict", "run", "--data", "d.csv"])
        return (folder / "run/summary.json").exists() and weights(folder) != self.before

    def goes_on(self, folder):
        self.must(folder, self.command)


class Search(Scenario):
    command, name = [*SEARCH, "--out", "study"], "search"

    def goes_on(self, folder):
        self.must(folder, [*SEARCH, "--resume", "study"])

    def finished(self, folder):
        return (folder / "study/study.json").exists()

    def result(self, folder):
        study = json.loads((folder / "study/study.json").read_text())
        best = json.loads((folder / "study/best/summary.json").read_text())
        self.must(folder, ["predict", "study/best", "--data", "d.csv"])
        trials = [{key: value for key, value in trial.items() if key != "seconds"} for trial in study["trials"]]
        return [best["weights_sha256"], trials]


class SearchMore(Search):
    command, name = ["search", "--resume", "study", "--trials", "9", "--jobs", "1", "--quiet", "--no-report"], "extend"

    def prepare(self, folder):
        (folder / "s.toml").write_text(STUDY.replace("hyperband", "median"))
        self.must(folder, [*SEARCH, "--out", "study"])

    def finished(self, folder):
        path = folder / "study/study.json"
        return path.exists() and len(json.loads(path.read_text())["trials"]) == 9

    def goes_on(self, folder):
        self.must(folder, self.command)


class Report(Scenario):
    command, name = ["report", "run"], "report"

    def prepare(self, folder):
        self.must(folder, TRAIN)
        (folder / "run/report.html").write_text("old")

    def goes_on(self, folder):
        self.must(folder, self.command)

    def finished(self, folder):
        # A record that nobody may read is left out, and the page says so.
        page = self.result(folder)
        return page != "old" and "; left out" not in page

    def result(self, folder):
        return (folder / "run/report.html").read_text()


class Predict(Scenario):
    command, name = ["predict", "run", "--data", "d.csv", "--out", "p.csv"], "predict"

    def prepare(self, folder):
        self.must(folder, TRAIN)
        (folder / "p.csv").write_text("old")

    def goes_on(self, folder):
        self.must(folder, self.command)

    def finished(self, folder):
        return (folder / "p.csv").read_text() != "old"

    def result(self, folder):
        return (folder / "p.csv").read_text()


SCENARIOS = {scenario.name: scenario for scenario in (Train, TrainMore, Search, SearchMore, Report, Predict)}
