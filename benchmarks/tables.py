"""Real tables, given to `gradus train --data FILE --label NAME` and nothing else, and to scikit-learn's multilayer
perceptron in its usual pipeline (numbers: mean imputation and standardisation; words: one-hot of the most frequent
imputed), over the five folds of each table's .split file. Mean score a table: accuracy or R2 of the fold left out.

    python3 benchmarks/tables.py --data DIR [--only NAME,...] [--flags "--epochs 50"] [--without sklearn] [--write FILE]

DIR has tables/NAME.csv[.gz] and tables/NAME.split, and tabular/NAME.csv, whose folds follow the same rule (the fold of data row i
is the SHA-256 of NAME:i modulo 5). Nothing is left out after its result was seen.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import csv
import gzip
import hashlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import warnings

# name: (folder, label, regression)
TABLES = {
    "adult": ("tables", "income", False), "churn": ("tables", "churn", False), "german_credit": ("tables", "Class", False),
    "letter": ("tables", "lettr", False), "soybean": ("tables", "Class", False), "spam": ("tables", "type", False),
    "votes": ("tables", "Class", False), "concrete": ("tables", "compressive_strength", True),
    "diamonds": ("tables", "price", True), "chicago": ("tables", "ridership", True),
    "breast_cancer": ("tabular", None, False), "digits": ("tabular", None, False), "iris": ("tabular", None, False),
    "wine": ("tabular", None, False), "winequality_red": ("tabular", None, False),
    "winequality_white": ("tabular", None, False),
}
FOLDS = 5


def read_table(folder, name):
    path = os.path.join(folder, name + ".csv")
    text = open(path, newline="") if os.path.exists(path) else gzip.open(path + ".gz", "rt", newline="")
    with text as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def folds_of(folder, name, count):
    path = os.path.join(folder, name + ".split")
    if os.path.exists(path):
        return [int(line) for line in open(path)]
    return [int(hashlib.sha256(f"{name}:{i + 1}".encode()).hexdigest(), 16) % FOLDS for i in range(count)]


def write_table(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def run_gradus(program, folder, label, regression, flags):
    """Score and seconds."""
    out = os.path.join(folder, "run")
    start = time.perf_counter()
    command = [program, "train", "--data", "train.csv", "--label", label, "--quiet", "--no-report", "--out", out, "--force"]
    subprocess.run(command + flags, cwd=folder, check=True, capture_output=True)
    seconds = time.perf_counter() - start
    command = [program, "evaluate", out, "--data", "test.csv", "--json"]
    result = json.loads(subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout)
    return result["r2" if regression else "accuracy"], seconds


def run_sklearn(folder, label, regression, categories):
    import pandas
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    warnings.filterwarnings("ignore")
    missing = ["", "?", "NA"]
    train = pandas.read_csv(os.path.join(folder, "train.csv"), na_values=missing, dtype={c: object for c in categories})
    test = pandas.read_csv(os.path.join(folder, "test.csv"), na_values=missing, dtype={c: object for c in categories})
    start = time.perf_counter()
    inputs = train.drop(columns=label)
    words = [c for c in inputs if inputs[c].dtype == object]
    numbers = [c for c in inputs if c not in words]
    columns = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        ("words", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), words)])
    model = (MLPRegressor if regression else MLPClassifier)(random_state=0)
    pipeline = make_pipeline(columns, model).fit(inputs, train[label])
    seconds = time.perf_counter() - start
    return pipeline.score(test.drop(columns=label), test[label]), seconds


def run_table(arguments, name):
    kind, label, regression = TABLES[name]
    folder = os.path.join(arguments.data, kind)
    header, rows = read_table(folder, name)
    label = label or header[-1]
    if name == "chicago":  # a text for scikit-learn's one-hot; days since 1970 give it the same information
        at = header.index("date")
        import datetime
        sk_rows = [[(datetime.date.fromisoformat(v) - datetime.date(1970, 1, 1)).days if c == at else v
                    for c, v in enumerate(row)] for row in rows]
    else:
        sk_rows = rows
    folds = folds_of(folder, name, len(rows))
    # As the table's README says: every input of soybean is a category written as a digit.
    categories = [c for c in header if c != label] if name == "soybean" else []
    flags = arguments.flags + (["--categories", ",".join(categories)] if categories and arguments.declare else [])
    result = {"gradus": [], "sklearn": [], "gradus_seconds": [], "sklearn_seconds": []}
    for fold in range(FOLDS):
        with tempfile.TemporaryDirectory() as work:
            for who, table in (("gradus", rows), ("sklearn", sk_rows)):
                if who in arguments.without:
                    continue
                write_table(os.path.join(work, "train.csv"), header, [r for r, f in zip(table, folds) if f != fold])
                write_table(os.path.join(work, "test.csv"), header, [r for r, f in zip(table, folds) if f == fold])
                score, seconds = (run_gradus(arguments.program, work, label, regression, flags) if who == "gradus" else
                                  run_sklearn(work, label, regression, categories))
                result[who].append(score)
                result[who + "_seconds"].append(seconds)
    return result


def mean(values):
    return sum(values) / len(values) if values else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--program", default="build/release/gradus")
    parser.add_argument("--only", default=",".join(TABLES))
    parser.add_argument("--flags", default="", type=shlex.split)
    parser.add_argument("--without", default="", help="gradus or sklearn")
    parser.add_argument("--declare", action="store_true", help="name soybean's categories to gradus too")
    parser.add_argument("--write")
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    results = {}
    print(f"{'table':<18}{'gradus':>9}{'sklearn':>9}{'better':>8}{'seconds':>9}{'sklearn':>9}")
    for name in arguments.only.split(","):
        result = results[name] = run_table(arguments, name)
        ours, theirs = mean(result["gradus"]), mean(result["sklearn"])
        print(f"{name:<18}{ours:>9.4f}{theirs:>9.4f}{ours - theirs:>+8.4f}{mean(result['gradus_seconds']):>9.2f}"
              f"{mean(result['sklearn_seconds']):>9.2f}", flush=True)
    if arguments.write:
        with open(arguments.write, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    sys.exit(main())
