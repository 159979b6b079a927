"""Files of version 1 must stay usable: models that predict the same bits, halfway runs that end with the same bits.

version1/models has one model file per entry of MODELS, version1/runs a run folder with a checkpoint per entry of RUNS, and
version1/expected.json what came of them. They were made by gradus 0.1.0 (--write with that program); a later program must
read them and never write them anew. A checkpoint may also be refused, in one sentence and with exit code 2: which ones are
is printed.
"""
# SPDX-License-Identifier: Apache-2.0
import fnmatch
import json
import pathlib
import shutil

from reference_program import Mismatch, Tally, attempt, differences, digest, read_json, toml, with_all_digits
from reference_training import QUIET, evaluation

FOLDER = pathlib.Path(__file__).with_name("version1")
EXPECTED = FOLDER / "expected.json"


def settings(source, hidden, dtype, **more):
    keys = {"data.source": source, "network.hidden": hidden, "training.dtype": dtype, "training.epochs": 4,
            "training.learning_rate": 0.02, "training.batch_size": 24}
    return QUIET | keys | {key.replace("__", "."): value for key, value in more.items()}


MODELS = {
    "softmax-f32": settings("moons", [20, 9], "f32", data__rows=300),
    "softmax-f64": settings("peaks", [12, 7], "f64", data__rows=300, network__activation="tanh",
                            network__bias_init="like_weights"),
    "bytes-mixed": settings("digits", [6], "mixed", data__rows=120),
    "regression-f64": settings("houses.csv", [15], "f64", data__standardize=True, data__weight="weight"),
    "huber-f32": settings("curves.npz", [17, 8], "f32", network__loss="huber", network__huber_delta=0.3, data__scale=2.0),
    "tags-f32": settings("tags.npz", [10], "f32", network__activation="gelu"),
    "one-vs-rest-mixed": settings("gmm", [33], "mixed", data__rows=300, network__output="sigmoid",
                                  network__loss_floor_kind="add", network__loss_floor=1e-3,
                                  network__gradient_through_floor=True),
    "names-f32": settings("plants.csv", [11], "f32", data__label="species", data__weight="care", data__standardize=True,
                          training__class_weights="balanced"),
    "every-activation-f64": settings("spirals", [5, 6, 7, 8, 9, 8, 7, 6, 5], "f64", data__rows=200,
                                     network__init="lecun_normal",
                                     network__activation=["identity", "relu", "leaky_relu(0.2)", "sigmoid", "tanh",
                                                          "softplus", "elu(0.5)", "gelu", "silu"],
                                     network__dropout=0.1, network__l1=1e-4, network__l2=1e-3),
    "linear-f64": settings("circles", [], "f64", data__rows=200, network__loss_floor_kind="clip", network__loss_floor=0.01),
}


def halfway(optimizer, dtype, **more):
    """10 steps an epoch; saved after step 26 of 50."""
    return settings("circles", [11, 8], dtype, data__rows=300, training__epochs=5, training__optimizer=optimizer,
                    training__checkpoint_epochs=0, training__checkpoint_steps=26, **more)


RUNS = {
    "sgd-f32": halfway("sgd", "f32", network__dropout=0.2),
    "sgd-f64": halfway("sgd", "f64", early_stopping__patience=4, network__activation="tanh"),
    "sgd-mixed": halfway("sgd", "mixed", schedule__kind="plateau", schedule__patience=1, schedule__min_delta=0.2),
    "momentum-f32": halfway("momentum", "f32", network__l2=1e-3),
    "momentum-f64": halfway("momentum", "f64", training__batch_order="batches", training__train_metrics="batch_mean"),
    "momentum-mixed": halfway("momentum", "mixed", schedule__kind="cosine", schedule__by_step=True),
    "adam-f32": halfway("adam", "f32", early_stopping__patience=4, training__top_k=1),
    "adam-f64": halfway("adam", "f64", network__dropout=[0.3, 0.1], training__clip_norm=0.5),
    "adam-mixed": halfway("adam", "mixed", training__class_weights="balanced", network__activation="gelu"),
}


def data_words(keys):
    rows = ["--rows", 100, "--data-seed", 4] if "data.rows" in keys else []
    return ["--data", keys["data.source"], *rows]


def model_results(program, path, keys, target):
    """What the model says about rows that the training has not seen, or all of a file."""
    words = [path, *data_words(keys)]
    predictions = with_all_digits(program.run(["predict", *words, "--probabilities"], target), keys["training.dtype"])
    # Measures that came later are passed over.
    measures = evaluation(read_json(program.run(["evaluate", *words, "--json"], target)))
    return {"predictions_digest": digest(predictions), "first_prediction": predictions.split("\n")[1],
            "loss": measures["loss"], "evaluation_digest": digest(measures)}


def run_results(summary):
    return {"weights_sha256": summary["weights_sha256"], "final": summary["final"]}


def train(program, name, keys):
    (program.folder / f"{name}.toml").write_text(toml(keys))
    summary = read_json(program.run(["train", f"{name}.toml", "--out", name, "--json", "--quiet"]))
    return program.folder / name, summary


def write_model(program, name, keys):
    run, summary = train(program, name, keys)
    target = FOLDER / "models" / f"{name}.safetensors"
    shutil.copy(run / "model.safetensors", target)
    return {"weights_sha256": summary["weights_sha256"]} | model_results(program, target, keys, "")


def write_run(program, name, keys):
    """Keeps the folder as it was when the run had taken 26 of its 50 steps."""
    run, summary = train(program, name, keys)
    target = FOLDER / "runs" / name
    (target / "checkpoint").mkdir(parents=True)
    shutil.copy(run / "checkpoint" / "previous.ckpt", target / "checkpoint" / "last.ckpt")
    shutil.copy(run / "config.toml", target)
    for name_of_table, kept in (("metrics.jsonl", 2), ("metrics.csv", 3)):
        lines = (run / name_of_table).read_text().splitlines(keepends=True)
        (target / name_of_table).write_text("".join(lines[:kept]))
    return run_results(summary)


def write(program):
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "models").mkdir(parents=True)
    expected = {"models": {name: write_model(program, name, keys) for name, keys in MODELS.items()},
                "runs": {name: write_run(program, name, keys) for name, keys in RUNS.items()}}
    EXPECTED.write_text(json.dumps(expected, indent=1) + "\n")


def check_model(program, name, expected, target):
    found = model_results(program, FOLDER / "models" / f"{name}.safetensors", MODELS[name], target)
    wanted = {key: value for key, value in expected.items() if key in found}
    return list(differences(wanted, found))


def check_run(program, name, expected, target):
    """Continues a copy of the folder. A refusal passes, and is named."""
    copy = program.folder / f"resumed-{name}-{target}"
    shutil.copytree(FOLDER / "runs" / name, copy)
    done = program.start(["train", "--resume", copy.name, "--json", "--quiet"], target)
    if done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1:
        print(f"refused: {name}: {done.stderr.strip()}")
        return []
    if done.returncode != 0:
        found = f"{done.returncode}: {done.stderr[-300:]}"
        raise Mismatch(f"expected the run to go on or a refusal with exit code 2, found {found}")
    return list(differences(expected, run_results(read_json(done.stdout))))


def check(arguments, program):
    if arguments.write:
        write(program)
    expected = json.loads(EXPECTED.read_text())
    tally = Tally()
    targets = [target for target in arguments.targets.split(",") if target in program.targets()]
    for kind, check_one in (("models", check_model), ("runs", check_run)):
        for name, wanted in expected[kind].items():
            if not fnmatch.fnmatch(name, arguments.only):
                continue
            for target in targets:
                problems, failures = attempt(check_one, program, name, wanted, target)
                tally.note(f"version1/{kind}/{name} ({target})", failures or problems)
    return tally.finish()
