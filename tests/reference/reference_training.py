"""One reference run: trains a case and gathers what must never change."""
# SPDX-License-Identifier: Apache-2.0
import re
import shutil

from reference_program import FLAGS, Mismatch, count_digits, digest, plain_text, read_json, toml, with_all_digits

# What is written beside results only takes time, except where a case asks for it.
QUIET = {f"report.{key}": False for key in ("page", "statistics", "analysis", "progress")}
EPOCH_KEYS = ("epoch", "train_loss", "train_accuracy", "train_top_k", "valid_loss", "valid_accuracy", "valid_top_k",
              "test_loss", "test_accuracy", "test_top_k", "penalty", "learning_rate")
EVALUATION_KEYS = ("loss", "accuracy", "top_k", "rows", "macro_precision", "macro_recall", "macro_f1", "macro_roc_auc",
                   "classes", "confusion", "r2", "mae", "rmse")
GENERATED = ("moons", "circles", "spirals", "peaks", "gmm", "digits")


class CaseRun:
    """A case on one target with one number of threads, in a folder of its own."""

    def __init__(self, program, case, target, threads, number):
        self.program = program
        self.name, settings, self.extras = case
        self.settings = QUIET | settings
        self.target = target
        self.threads = ["--threads", threads]
        self.folder = f"run-{number}"

    def record(self):
        """Everything that is compared."""
        if "resume" in self.extras:
            self.settings |= {"training.checkpoint_epochs": 0, "training.checkpoint_steps": self.extras["resume"]}
        if "training.init_from" in self.settings:
            self.train_first()
        train = ["train", *self.words(), "--out", self.folder, "--json", "--quiet", *self.threads]
        if self.extras.get("diverges"):
            return self.divergence(self.program.start(train, self.target))
        record = self.results(self.program.run(train, self.target))
        if "resume" in self.extras:
            self.resume(record)
        if self.extras.get("use"):
            record |= self.use()
        if self.extras.get("check"):
            record["check"] = self.verdicts()
        shutil.rmtree(self.program.folder / self.folder)
        return record

    def train_first(self):
        """The model that the case starts from: one epoch of the case itself."""
        first = f"{self.folder}-first"
        settings = self.settings | {"training.epochs": 1}
        del settings["training.init_from"]
        (self.program.folder / f"{first}.toml").write_text(toml(settings))
        self.gradus("train", f"{first}.toml", "--out", first, "--quiet")
        self.settings["training.init_from"] = first

    def gradus(self, *words):
        return self.program.run([*words, *self.threads], self.target)

    def words(self):
        """The settings as arguments."""
        kind = self.extras.get("words")
        if not kind:
            (self.program.folder / f"{self.folder}.toml").write_text(toml(self.settings))
            return [f"{self.folder}.toml"]
        words = []
        for key, value in self.settings.items():
            text = plain_text(value)
            words += [FLAGS[key], text] if kind == "flags" and key in FLAGS else ["--set", f"{key}={text}"]
        return words

    def results(self, printed):
        summary = read_json(printed)
        if summary["machine"]["target"] != self.target:
            raise Mismatch(f"expected target {self.target}, found {summary['machine']['target']}")
        if count_digits([summary["final"], summary["evaluation"]]) < 14:
            raise Mismatch("expected numbers with all of their digits, found rounded ones")
        lines = (self.program.folder / self.folder / "metrics.jsonl").read_text().splitlines()
        return {
            "weights_sha256": summary["weights_sha256"],
            "data_sha256": summary["data"]["sha256"],
            "network": summary["network"],
            "parameters": summary["parameters"],
            "epochs": summary["epochs"],
            "stopped_early": summary["stopped_early"],
            "final": summary["final"],
            "best": {key: summary["best"][key] for key in ("epoch", "monitor") if key in summary["best"]},
            "history_digest": digest([chosen(read_json(line), EPOCH_KEYS) for line in lines]),
            "evaluation_digest": digest({part: evaluation(values) for part, values in summary["evaluation"].items()}),
        }

    def divergence(self, done):
        """Where the program says that the first number was not finite."""
        place = re.search(r"epoch \d+, batch \d+, [^:]*", done.stderr)
        if done.returncode != 1 or place is None:
            raise Mismatch(f"expected exit code 1 and a place, found {done.returncode} and {done.stderr.strip()[-300:]!r}")
        return {"diverges": place.group()}

    def resume(self, whole):
        """Continues from the last checkpoint before the end, which is the one that the case asks for."""
        run = self.program.folder / self.folder
        checkpoints = run / "checkpoint"
        if not (checkpoints / "previous.ckpt").exists():
            raise Mismatch("expected a checkpoint before the last one, found none")
        (checkpoints / "last.ckpt").unlink()
        for name in ("summary.json", "model.safetensors"):
            (run / name).unlink()
        resumed = self.results(self.gradus("train", "--resume", self.folder, "--json", "--quiet"))
        for key, value in whole.items():
            if resumed[key] != value:
                raise Mismatch(f"resumed: expected {key} {value!r} as without a stop, found {resumed[key]!r}")

    def data_words(self):
        source = self.settings["data.source"]
        words = ["--data", source]
        if source in GENERATED:
            words += ["--rows", min(self.settings["data.rows"], 240), "--data-seed", 9]
        return words

    def use(self):
        """What predict and evaluate print."""
        words = [self.folder, *self.data_words()]
        if self.settings.get("data.orientation") == "columns":
            return {}
        dtype = self.settings.get("training.dtype", "f32")
        predictions = with_all_digits(self.gradus("predict", *words, "--probabilities"), dtype)
        values = read_json(self.gradus("evaluate", *words, "--json"))
        return {"predictions_digest": digest(predictions), "prediction_rows": predictions.count("\n") - 1,
                "evaluate": chosen(values, ("loss", "accuracy", "rows", "macro_roc_auc", "r2", "mae", "rmse")),
                "evaluate_digest": digest(evaluation(values))}

    def verdicts(self):
        certificate = read_json(self.gradus("check", self.folder, "--rows", 16, "--json", "--quiet"))
        claims = {}
        for claim in certificate["claims"]:
            claims[claim["claim"]] = claims.get(claim["claim"], True) and claim["holds"]
        return {"verdict": certificate["verdict"], "claims": claims}


def chosen(values, keys):
    return {key: values[key] for key in keys if key in values}


def evaluation(values):
    result = chosen(values, EVALUATION_KEYS)
    class_keys = ("class", "precision", "recall", "f1", "roc_auc", "support")
    if "classes" in result:
        result["classes"] = [chosen(line, class_keys) for line in result["classes"]]
    return result
