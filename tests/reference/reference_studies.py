"""What `gradus reproduce --quick` and `gradus search` measure, to the bit.

Most studies need files; here they run on generated sets instead, so that their verdicts mean nothing and their numbers are
compared with recorded ones only.
"""
# SPDX-License-Identifier: Apache-2.0
import fnmatch
import json
import pathlib

from reference_program import Tally, attempt, differences, digest, in_parallel, read_json

RECORD = pathlib.Path(__file__).with_name("reference_studies.json")
STUDIES = pathlib.Path(__file__).resolve().parents[2] / "studies"
# Needs no file as it is.
PUBLISHED = ("s3-identities",)
# On generated sets.
DERIVED = ("s0-params", "s1-params", "s0-gradcheck", "s1-best", "s2-init", "s3-gradcheck", "s3-loop-vs-batch", "s3-boundary",
           "s4-gradtest", "s4-jacobian", "s4-network", "s4-sgd")
SETS = {"mnist-pkl": "digits", "fashion-mnist": "digits", "peaks-mat": "peaks", "gmm-mat": "gmm", "cercles": "circles"}
OFF = 3  # exit code of a study whose rows are off

SEARCH = """[data]
source = "moons"
rows = 200
[network]
hidden = [9]
activation = "tanh"
[training]
epochs = {epochs}
learning_rate = 0.02
batch_size = 16
dtype = "{dtype}"
[search]
{search}
[search.space]
"training.learning_rate" = {{low = 0.001, high = 0.1, log = true{count}}}
"network.hidden" = [[4], [9], [20, 6]]
"training.optimizer" = ["sgd", "adam"]
"""
SEARCHES = {
    "grid-numpy": dict(dtype="f64", epochs=2, count=", count = 2", search='sampler = "grid"\nseeds = "numpy"'),
    "tpe-median": dict(dtype="f32", epochs=3, count="",
                       search='sampler = "tpe"\nscheduler = "median"\ntrials = 24\nstartup = 8\ngeneration = 8'),
    "random-hyperband": dict(dtype="mixed", epochs=9, count="",
                             search='sampler = "random"\nscheduler = "hyperband"\ntrials = 16\nrepeats = 2'),
    "sobol-halving": dict(dtype="f32", epochs=9, count="", search='sampler = "sobol"\nscheduler = "halving"\ntrials = 12'),
}


def on_generated_sets(text):
    for published, generated in SETS.items():
        text = text.replace(f'"{published}"', f'"{generated}"')
    return text


def study(program, name, target):
    """Every row's measured value, the weights of every run and the curves of the figures."""
    source = name
    if name in DERIVED:
        source = f"{name}.toml"
        (program.folder / source).write_text(on_generated_sets((STUDIES / source).read_text()))
    words = ["reproduce", source, "--quick", "--json", "--quiet", "--jobs", 1, "--out", f"studies-{target}"]
    result = read_json(program.run(words, target, (0, OFF)))
    curves = [[series["label"], series["y"]] for figure in result["figures"] for series in figure.get("series", [])]
    rows = [[row["label"], row["ours"], row["sd"], row["digits"]] for row in result["rows"]]
    return {"rows": rows, "hashes": result["hashes"], "errors": sorted(result["errors"]), "curves_digest": digest(curves)}


def search(program, name, target):
    """All trials: where they went and the weights they ended with."""
    (program.folder / f"{name}.toml").write_text(SEARCH.format(**SEARCHES[name]))
    words = ["search", f"{name}.toml", "--out", f"search-{name}-{target}", "--json", "--quiet", "--jobs", 1]
    result = read_json(program.run(words, target))
    keys = ("state", "setting", "value", "spread", "epochs")
    trials = [{key: trial[key] for key in keys} | {"runs": trial["runs"]} for trial in result["trials"]]
    return {"best": result["best"]["number"], "best_value": result["best"]["value"], "trials": len(trials),
            "trials_digest": digest(trials), "ranking": result["ranking"], "test": result["test"]}


def check(arguments, program):
    """On the best target; with --all on every one."""
    targets = [target for target in arguments.targets.split(",") if target in program.targets()]
    targets = targets if arguments.all and not arguments.write else targets[:1]
    items = [(name, study) for name in PUBLISHED + DERIVED] + [(name, search) for name in SEARCHES]
    runs = [(name, run, target) for target in targets for name, run in items if fnmatch.fnmatch(name, arguments.only)]
    recorded = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    tally = Tally()

    def one(item):
        name, run, target = item
        return attempt(run, program, name, target)

    for (name, _, target), (found, problems) in in_parallel(arguments.jobs, one, runs):
        if found is not None and arguments.write:
            recorded[name] = found
        elif found is not None:
            problems = list(differences(recorded[name], found)) if name in recorded else ["no record: --write makes one"]
        tally.note(f"studies/{name} ({target})", problems)
    if arguments.write and not tally.failed:
        lines = [f"{json.dumps(name)}: {json.dumps(values, sort_keys=True)}" for name, values in recorded.items()]
        RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return tally.finish()
