"""The reference runs: names and settings, no code that runs anything.

A case is (name, settings, extras). Settings are keys of the configuration. Extras:
  same_as   the recorded case whose bits this one must have
  resume    N: stop after step N, continue, end with the same bits
  use       also predict, evaluate and compare what they print
  check     also the verdicts of `gradus check`
  diverges  ends at a number that is not finite, which the program finds
  words     "flags" or "sets": settings go onto the command line instead of into a file
"""
# SPDX-License-Identifier: Apache-2.0
from reference_mixtures import mixtures

CASES = []
DTYPES = ("f32", "f64", "mixed")
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "adagrad")
RATES = {"sgd": 0.1, "momentum": 0.05, "nesterov": 0.05, "adagrad": 0.05}
ACTIVATIONS = ("identity", "relu", "leaky_relu", "leaky_relu(0.2)", "sigmoid", "tanh", "softplus", "elu", "elu(0.4)", "gelu",
               "silu")
INITIALIZERS = ("zeros", "constant(0.03)", "normal(0.01,0.2)", "uniform(0.15)", "glorot_uniform", "glorot_normal",
                "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "uniform_fan_in", "uniform_fan_out")


def net(source, hidden, batch, epochs=2, **more):
    """Settings with the sections that most cases name; `more` writes a dot as two underscores."""
    keys = {"data.source": source, "network.hidden": hidden, "training.batch_size": batch, "training.epochs": epochs}
    return keys | {key.replace("__", "."): value for key, value in more.items()}


def rows(source, count):
    return {"data.source": source, "data.rows": count}


# Up to 16 units: steps in columns where the loss allows it; two lots of 128 rows and a rest.
NARROW = net("peaks", [16, 12], 270, 3, data__rows=700)
# Neither narrow nor worth a second thread; widths that fill no vector.
MIDDLE = net("moons", [70, 33], 33, data__rows=400)
# Wide enough for two and three threads to share the layers, in mixed arithmetic too.
WIDE = net("digits", [128, 48], 40, data__rows=150)
# The same with lots enough for two threads to take turns.
LOTS = net("peaks", [14, 10], 800, 3, data__rows=3000)
SHAPES = {"narrow": NARROW, "middle": MIDDLE, "wide": WIDE}


def add(name, *settings, **extras):
    joined = {}
    for part in settings:
        joined |= part
    # Text tables have defaults of their own where nothing is said.
    if not name.startswith("table/"):
        joined.setdefault("data.standardize", False)
    # AdamW had no decay of its own until 2026-11.
    if joined.get("training.optimizer") == "adamw" and not name.startswith(("table/", "later/")):
        joined.setdefault("training.weight_decay", 0.0)
    joined.setdefault("training.learning_rate", RATES.get(joined.get("training.optimizer", "adam"), 0.01))
    CASES.append((name, joined, extras))


def training(**keys):
    return {"training." + key: value for key, value in keys.items()}


def network(**keys):
    return {"network." + key: value for key, value in keys.items()}


def schedule(**keys):
    return {"schedule." + key: value for key, value in keys.items()}


def stopping(**keys):
    return {"early_stopping." + key: value for key, value in keys.items()}


def data(**keys):
    return {"data." + key: value for key, value in keys.items()}


def add_optimizers():
    for optimizer in OPTIMIZERS:
        for dtype in DTYPES:
            for shape, base in SHAPES.items():
                if shape == "middle" and dtype != "f32":
                    continue
                decay = {"training.weight_decay": 0.02} if optimizer == "adamw" else {}
                extras = {"use": True} if (optimizer, shape) in (("adam", "narrow"), ("sgd", "wide")) else {}
                add(f"optimizer/{optimizer}/{shape}-{dtype}", base, training(optimizer=optimizer, dtype=dtype), decay,
                    **extras)
    constants = [("momentum", {"momentum": 0.5}), ("momentum", {"momentum": 0.0}), ("nesterov", {"momentum": 0.7}),
                 ("adam", {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}), ("adam", {"beta1": 0.0, "epsilon": 1e-12}),
                 ("adamw", {"beta2": 0.9, "weight_decay": 0.3}), ("adamw", {}), ("rmsprop", {"rho": 0.6, "epsilon": 1e-4}),
                 ("adagrad", {"epsilon": 0.1})]
    for number, (optimizer, keys) in enumerate(constants):
        shape = ("wide", "narrow", "middle")[number % 3]
        for dtype in ("f32", DTYPES[1 + number % 2]):
            add(f"constants/{number}-{optimizer}/{shape}-{dtype}", SHAPES[shape],
                training(optimizer=optimizer, dtype=dtype, **keys))


def add_activations():
    for number, activation in enumerate(ACTIVATIONS):
        for dtype in DTYPES:
            for shape in ("narrow", "middle"):
                add(f"activation/{activation}/{shape}-{dtype}", SHAPES[shape], network(activation=activation),
                    training(dtype=dtype))
        add(f"activation/{activation}/wide-{DTYPES[number % 3]}", WIDE, network(activation=activation),
            training(dtype=DTYPES[number % 3], optimizer="momentum"))


def add_losses():
    houses = net("houses.csv", [24, 9], 16, 3)
    tags = net("tags.npz", [160], 30)
    losses = [("multilabel-sigmoid", tags, {}), ("one-flag", net("flags.npz", [11], 9, 3, data__task="multilabel"), {}),
              ("one-vs-rest", MIDDLE, {"output": "sigmoid"}), ("one-vs-rest-narrow", NARROW, {"output": "sigmoid"}),
              ("one-vs-rest-wide", WIDE, {"output": "sigmoid"}), ("mse-classes", NARROW, {"output": "linear"}),
              ("mse-multilabel", tags, {"output": "linear"}), ("mse", houses, {}),
              ("mse-three", net("curves.npz", [37, 12], 29), {}), ("mse-wide", net("sensors.npz", [140], 36), {}),
              ("huber", houses, {"loss": "huber"}),
              ("huber-small", net("curves.npz", [37, 12], 29), {"loss": "huber", "huber_delta": 0.05}),
              ("huber-wide", net("sensors.npz", [140], 36), {"loss": "huber", "huber_delta": 0.3})]
    for name, base, keys in losses:
        for dtype in DTYPES:
            use = dtype == "f64" and name in ("multilabel-sigmoid", "one-vs-rest", "mse", "huber-small")
            add(f"loss/{name}-{dtype}", base, network(**keys), training(dtype=dtype), **({"use": True} if use else {}))
    for kind, floor in (("add", 1e-3), ("add", 1e-10), ("clip", 0.02)):
        for output in ("softmax", "sigmoid"):
            for shape, dtype in (("narrow", "f32"), ("narrow", "f64"), ("wide", "mixed")):
                add(f"floor/{output}-{kind}-{floor:g}/{shape}-{dtype}", SHAPES[shape], training(dtype=dtype),
                    network(output=output, loss_floor_kind=kind, loss_floor=floor))
    for shape, dtype in (("narrow", "f64"), ("middle", "f32"), ("wide", "mixed")):
        add(f"floor/through/{shape}-{dtype}", SHAPES[shape], training(dtype=dtype, optimizer="sgd"),
            network(output="sigmoid", loss_floor_kind="add", loss_floor=0.01, gradient_through_floor=True))


def add_initial_weights():
    for number, init in enumerate(INITIALIZERS):
        for step, bias in enumerate(("zeros", "like_weights", "0.125")):
            dtype = DTYPES[(number + step) % 3]
            shape = ("narrow", "middle")[(number + step) % 2]
            add(f"init/{init}-{bias}/{shape}-{dtype}", SHAPES[shape], network(init=init, bias_init=bias),
                training(dtype=dtype, seed=number + step))
    per_layer = network(init=["normal(0,0.3)", "he", "glorot"], activation=["tanh", "elu(0.7)"])
    for dtype in DTYPES:
        add(f"init/per-layer-{dtype}", MIDDLE, per_layer, training(dtype=dtype))


def add_penalties():
    penalties = [("l1", {"l1": 1e-3}), ("l2", {"l2": 0.01}), ("both", {"l1": 5e-4, "l2": 2e-3}),
                 ("per-layer", {"l1": [0.0, 1e-3, 0.0], "l2": [0.01, 0.0, 0.002]})]
    for number, (name, keys) in enumerate(penalties):
        for step, shape in enumerate(SHAPES):
            for dtype in (DTYPES[(number + step) % 3], DTYPES[(number + step + 1) % 3]):
                add(f"penalty/{name}/{shape}-{dtype}", SHAPES[shape], network(**keys),
                    training(dtype=dtype, optimizer=OPTIMIZERS[(number + 2 * step) % 7]))
    for name, dropout in (("all", 0.25), ("per-layer", [0.5, 0.0]), ("second", [0.0, 0.1])):
        for dtype in DTYPES:
            for shape in ("middle", "wide"):
                add(f"dropout/{name}/{shape}-{dtype}", SHAPES[shape], network(dropout=dropout),
                    training(dtype=dtype, seed=3))
    add("dropout/narrow-gelu-f32", NARROW, network(dropout=0.3, activation="gelu"))
    add("dropout/with-l1-and-clip-f64", MIDDLE, network(dropout=0.2, l1=1e-3), training(dtype="f64", clip_norm=0.5))


def add_clipping():
    for name, keys in (("norm", {"clip_norm": 0.2}), ("value", {"clip_value": 0.004}),
                       ("both", {"clip_norm": 0.3, "clip_value": 0.02}), ("unreached", {"clip_norm": 1e6})):
        for number, shape in enumerate(SHAPES):
            for dtype in (DTYPES[number], "f32") if shape != "narrow" else ("f32", "f64"):
                add(f"clip/{name}/{shape}-{dtype}", SHAPES[shape], training(dtype=dtype, optimizer="sgd", **keys))


def add_weights():
    plants = net("plants.csv", [14], 16, 3, data__label="species")
    weighted = [("classes", plants, training(class_weights="balanced")),
                ("class-list", plants, training(class_weights=["0.5", "2", "1.25"])),
                ("classes-wide", WIDE, training(class_weights=["1", "0", "3", "1", "1", "0.5", "1", "2", "1", "1"])),
                ("classes-narrow", NARROW, training(class_weights="balanced")),
                ("samples", plants | data(weight="care"), {}),
                ("samples-and-classes", plants | data(weight="care"), training(class_weights="balanced")),
                ("samples-regression", net("houses.csv", [24, 9], 16, 3, data__weight="weight"), {}),
                ("samples-huber", net("houses.csv", [90], 31, 3, data__weight="6"), network(loss="huber", huber_delta=0.2))]
    for name, base, keys in weighted:
        for dtype in DTYPES:
            use = (name, dtype) in (("samples-and-classes", "f32"), ("samples-regression", "f64"))
            add(f"weights/{name}-{dtype}", base, keys, training(dtype=dtype), **({"use": True} if use else {}))


def add_schedules():
    base = net("circles", [12, 9], 37, 6, data__rows=300)
    kinds = [("constant", {}), ("step", {"step_epochs": 2.0, "factor": 0.3}), ("exponential", {"decay": 0.7}),
             ("cosine", {"min_rate": 1e-3}), ("inverse", {"c": 2.5}),
             ("plateau", {"patience": 1, "min_delta": 0.3, "factor": 0.5, "min_rate": 2e-3})]
    for number, (kind, keys) in enumerate(kinds):
        for by_step in (False, True):
            for warmup in ({}, {"warmup_epochs": 1.5, "warmup_start": 0.2}):
                name = kind + ("-by-step" if by_step else "") + ("-warm" if warmup else "")
                add(f"schedule/{name}", base, schedule(kind=kind, by_step=by_step, **keys, **warmup),
                    training(optimizer=OPTIMIZERS[(number + 3 * by_step) % 7], dtype=DTYPES[number % 3]))
    for number, monitor in enumerate(("train_loss", "train_accuracy", "valid_accuracy", "valid_top_k", "train_top_k")):
        add(f"schedule/plateau-{monitor}", base, training(dtype=DTYPES[number % 3], top_k=1, train_metrics="full"),
            schedule(kind="plateau", patience=1, min_delta=0.1, monitor=monitor))


def add_stopping():
    base = net("spirals", [15], 20, 9, data__rows=240) | training(learning_rate=0.2)
    monitors = ("auto", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "valid_top_k")
    for number, monitor in enumerate(monitors):
        for restore in (True, False):
            add(f"stopping/{monitor}-{'best' if restore else 'last'}", base,
                training(dtype=DTYPES[number % 3], top_k=1),
                stopping(monitor=monitor, patience=1 + number % 2, restore_best=restore))
    add("stopping/min-delta", base, stopping(patience=2, min_delta=0.05), training(dtype="mixed"), use=True)
    add("stopping/wide-best", WIDE, stopping(patience=1), training(learning_rate=0.3, epochs=5, optimizer="sgd"))


def add_batches():
    for order in ("file", "samples", "batches"):
        for drop in (False, True):
            for dtype in DTYPES:
                shape = {"f32": "narrow", "f64": "middle", "mixed": "wide"}[dtype]
                add(f"order/{order}{'-drop' if drop else ''}/{shape}-{dtype}", SHAPES[shape],
                    training(batch_order=order, drop_last=drop, dtype=dtype, optimizer="momentum", seed=2))
    sizes = {"narrow": (1, 7, 8, 15, 17, 33, 127, 128, 129, 256, 257, 9000), "middle": (1, 2, 7, 9, 16, 17, 129, 257, 9000),
             "wide": (3, 7, 17, 33, 64, 100, 129)}
    for shape, counts in sizes.items():
        for number, batch in enumerate(counts):
            few = data(rows=60) if batch < 3 else {}
            dtypes = DTYPES if batch in (7, 33, 129) else (DTYPES[number % 3],)
            for dtype in dtypes:
                add(f"batch/{batch}/{shape}-{dtype}", SHAPES[shape], few,
                    training(batch_size=batch, dtype=dtype, optimizer="adam"))


    for number, optimizer in enumerate(OPTIMIZERS):
        add(f"turns/{optimizer}-{DTYPES[number % 2]}", LOTS, training(optimizer=optimizer, dtype=DTYPES[number % 2]),
            network(activation=ACTIVATIONS[number + 1], l2=1e-3 * (number % 2)))
    add("turns/clipped-f64", LOTS, training(optimizer="sgd", clip_norm=0.1, dtype="f64"))
    add("turns/weighted-f32", LOTS, training(optimizer="adam", class_weights="balanced", drop_last=True))


def add_widths():
    widths = [("1", [1]), ("1-1", [1, 1]), ("none", []), ("2-3-2", [2, 3, 2]), ("16x4", [16, 16, 16, 16]), ("17", [17]),
              ("8-15-16", [8, 15, 16]), ("5-17-129-33-5", [5, 17, 129, 33, 5]), ("64-64", [64, 64]), ("65-31", [65, 31]),
              ("128-16-128", [128, 16, 128]), ("ten", [6] * 10)]
    for number, (name, hidden) in enumerate(widths):
        for dtype in DTYPES:
            add(f"widths/{name}-{dtype}", net("gmm", hidden, (41, 64, 130)[number % 3], data__rows=420),
                network(activation=("tanh", "gelu", "relu", "silu")[number % 4]), training(dtype=dtype))
    for dtype in DTYPES:
        add(f"widths/layers-{dtype}", net("gmm", [64], 50, data__rows=420), network(layers=["auto", "40", "18", "auto"]),
            training(dtype=dtype))
    wide = [("784-300-100-10", rows("digits", 132) | net("digits", [300, 100], 60, 1)),
            ("784-256-256-10", rows("digits", 120) | net("digits", [256, 256], 50, 1)),
            ("256x3", rows("moons", 260) | net("moons", [256, 256, 256], 104, 1)),
            ("200-40-200", rows("peaks", 200) | net("peaks", [200, 40, 200], 160, 2)),
            ("784-513-10", rows("digits", 120) | net("digits", [513], 33, 1)),
            ("sensors-256-128-64", net("sensors.npz", [256, 128], 36, 2))]
    for number, (name, base) in enumerate(wide):
        for step, dtype in enumerate(DTYPES):
            for optimizer in ("sgd", OPTIMIZERS[1 + (number + step) % 6]):
                add(f"wide/{name}/{optimizer}-{dtype}", base, training(dtype=dtype, optimizer=optimizer),
                    network(activation=("relu", "softplus", "tanh")[number % 3]))


def add_data():
    plants = net("plants.csv", [14], 16, 3, data__label="species")
    digits = net("digits", [40], 25, 1, data__rows=100)
    stamps = net("stamps.npz", [16], 32)
    parts = net("parts.npz", [9], 11)
    columns = net("columns.npy", [13], 12, data__orientation="columns")
    forms = [("standardize", plants, {"standardize": True}), ("standardize-bytes", digits, {"standardize": True}),
             ("standardize-floats", NARROW, {"standardize": True}), ("scale", plants, {"scale": 2.5}),
             ("scale-bytes", digits, {"scale": 100.0}),
             ("scale-and-standardize", stamps, {"scale": 7.0, "standardize": True}),
             ("unscaled-bytes", stamps, {"scale": 1.0}), ("bytes-narrow", stamps, {}),
             ("stratified", plants, {"stratified": True, "valid": 0.3}), ("counts", plants, {"valid": 20.0, "test": 15.0}),
             ("in-file-order", plants, {"shuffled": False, "valid": 0.25, "test": 0.1}), ("split-seed", plants, {"seed": 5}),
             ("no-valid", plants, {"valid": 0.0}), ("test-file", plants, {"test_path": "plants_test.csv", "valid": 0.2}),
             ("label-by-number", plants, {"label": "5", "header": "yes"}), ("columns", columns, {}),
             ("own-parts", parts, {}), ("pooled", parts, {"pool": True, "valid": 0.4}),
             ("noise", NARROW, {"noise": 0.2, "seed": 3}), ("classes-as-numbers", columns, {"task": "regression"})]
    for number, (name, base, keys) in enumerate(forms):
        for dtype in (DTYPES[number % 3], DTYPES[(number + 1) % 3]):
            use = number % 5 == 0 and dtype == "f32"
            add(f"data/{name}-{dtype}", base, data(**keys), training(dtype=dtype), **({"use": True} if use else {}))
    dialect = data(delimiter=";", decimal=",", thousands="'", comment="%", encoding="latin-1")
    add("data/dialect-f32", plants | data(source="plants_dialect.csv", label="espèce"), dialect)
    add("data/arrays-by-name-f64", stamps | data(source="named.npz", feature_array="pictures", label_array="answer"),
        training(dtype="f64"))
    add("data/valid-file-f32", plants, data(valid_path="plants_test.csv"), use=True)
    add("data/libsvm-f32", net("bags.svm", [14], 16, 3, data__index_base="0"), data(test_path="bags.t"), use=True)
    add("data/arff-f64", net("soils.arff", [14], 16, 3), training(dtype="f64"), use=True)
    for source in ("moons", "circles", "spirals", "peaks", "gmm"):
        add(f"data/{source}", net(source, [20], 40, 2, data__rows=260, data__seed=1), use=True)


def add_measures():
    for number, kind in enumerate(("running", "full", "batch_mean")):
        for shape in ("narrow", "wide"):
            add(f"measures/{kind}/{shape}", SHAPES[shape], training(train_metrics=kind, top_k=3, dtype=DTYPES[number]))
    add("measures/batch_mean-drop", MIDDLE, training(train_metrics="batch_mean", drop_last=True))
    add("measures/no-epoch", MIDDLE, training(epochs=0))
    add("measures/no-epoch-f64", NARROW, training(epochs=0, dtype="f64"))
    everything = {f"report.{key}": True for key in ("page", "statistics", "analysis", "progress", "tensorboard")}
    for dtype in DTYPES:
        for shape in ("narrow", "wide"):
            add(f"recorded/{shape}-{dtype}", SHAPES[shape], training(optimizer="adam", dtype=dtype), everything,
                same_as=f"optimizer/adam/{shape}-{dtype}")
    for words in ("flags", "sets"):
        add(f"words/{words}-adamw", WIDE, training(optimizer="adamw", weight_decay=0.02),
            same_as="optimizer/adamw/wide-f32", words=words)
        add(f"words/{words}-plants", net("plants.csv", [14], 16, 3, data__label="species", data__weight="care"),
            training(class_weights="balanced"), same_as="weights/samples-and-classes-f32", words=words)
    # Saving often changes nothing.
    add("saved-often/narrow", NARROW, training(optimizer="adam", checkpoint_steps=1), same_as="optimizer/adam/narrow-f32")
    add("saved-often/wide", WIDE, training(optimizer="nesterov", checkpoint_steps=1, dtype="f64"),
        same_as="optimizer/nesterov/wide-f64")


def add_resumed():
    """Stopped in the middle of an epoch or at its end, with every kind of state that must be kept."""
    base = net("circles", [13, 10], 24, 5, data__rows=300)  # 10 steps an epoch
    for number, optimizer in enumerate(OPTIMIZERS):
        for step, dtype in enumerate(DTYPES):
            where = (26, 30, 33)[(number + step) % 3]
            keys = network(dropout=0.2) if (number + step) % 2 else network(l2=1e-3)
            add(f"resumed/{optimizer}-{dtype}-at-{where}", base, keys, training(optimizer=optimizer, dtype=dtype),
                resume=where)
    add("resumed/wide-mixed", WIDE, training(epochs=3, dtype="mixed", optimizer="momentum"), resume=5)
    add("resumed/wide-f32", WIDE, training(epochs=3, optimizer="adam"), network(dropout=[0.3, 0.0]), resume=6)
    add("resumed/plateau", base, schedule(kind="plateau", patience=1, min_delta=0.2), training(batch_order="batches"),
        resume=36)
    add("resumed/by-step", base, schedule(kind="cosine", by_step=True, warmup_epochs=2.0),
        training(train_metrics="batch_mean"), resume=27)
    add("resumed/best", base, stopping(patience=3), training(learning_rate=0.3, dtype="f64", optimizer="sgd"), resume=28)
    add("resumed/turns", LOTS, training(top_k=2), resume=5)


def add_diverging():
    steep = net("houses.csv", [20, 9], 16, 4)
    add("diverges/sgd-f32", steep, network(activation="identity"), training(optimizer="sgd", learning_rate=40.0),
        diverges=True)
    add("diverges/sgd-f64", steep, training(optimizer="sgd", learning_rate=1e3, dtype="f64"), diverges=True)
    add("diverges/momentum-mixed", WIDE, network(output="linear"),
        training(optimizer="momentum", learning_rate=50.0, dtype="mixed"), diverges=True)
    add("diverges/nan-of-adam", NARROW, training(optimizer="adam", beta1=0.0, epsilon=0.0), diverges=True)


def add_checked():
    small = net("moons", [6, 5], 16, 2, data__rows=80)
    add("checked/softmax", small, network(activation="tanh"), check=True)
    add("checked/sigmoid", small, network(output="sigmoid", activation="gelu", l2=0.01), training(dtype="f64"), check=True)
    add("checked/linear", net("houses.csv", [7], 16, 2), network(loss="huber", activation="silu"), training(dtype="mixed"),
        check=True)
    floored = network(output="sigmoid", loss_floor_kind="add", loss_floor=0.01, gradient_through_floor=True)
    add("checked/floored", small, floored, network(activation="softplus"), training(dtype="f64"), check=True)
    deep = network(activation=["elu", "sigmoid", "leaky_relu", "relu"], l1=1e-3)
    add("checked/deep", net("peaks", [5] * 4, 32, 2, data__rows=100), deep, training(optimizer="adam"), check=True)


for add_group in (add_optimizers, add_activations, add_losses, add_initial_weights, add_penalties, add_clipping,
                  add_weights, add_schedules, add_stopping, add_batches, add_widths, add_data, add_measures, add_resumed,
                  add_diverging, add_checked):
    add_group()
for mixture_name, mixture_settings in mixtures(SHAPES, OPTIMIZERS, ACTIVATIONS, INITIALIZERS):
    add(mixture_name, mixture_settings)


def add_later():
    """What came after the first version; recorded by the program that brought it."""
    for dtype in DTYPES:
        for shape, base in SHAPES.items():
            add(f"later/smoothing/{shape}-{dtype}", base, network(label_smoothing=0.1), training(dtype=dtype))
        add(f"later/smoothing-sigmoid/{dtype}", net("tags.npz", [160], 30), network(label_smoothing=0.2),
            training(dtype=dtype), **({"use": True} if dtype == "f32" else {}))
    for dtype in DTYPES:
        add(f"later/one-output/{dtype}", rows("moons", 300), training(dtype=dtype, batch_size=16, epochs=3),
            network(layers=["auto", "24", "1"], output="sigmoid"), use=True)
    add("later/adamw-decay/narrow", NARROW, training(optimizer="adamw"))
    add("later/adamw-decay/wide", WIDE, training(optimizer="adamw", dtype="f64"))
    add("later/adamw-decay/stated", WIDE, training(optimizer="adamw", dtype="f64", weight_decay=0.01),
        same_as="later/adamw-decay/wide")
    losses = [("quantile", net("houses.csv", [24, 9], 16, 3), {"loss": "quantile", "quantile": 0.8}),
              ("quantile-wide", net("sensors.npz", [140], 36), {"loss": "quantile"}),
              ("focal", NARROW, {"loss": "focal"}), ("focal-wide", WIDE, {"loss": "focal", "focal_gamma": 0.5}),
              ("binary-focal", net("tags.npz", [160], 30), {"loss": "binary_focal"}),
              ("poisson", net("visits.csv", [24, 9], 16, 3, data__task="regression"), {"loss": "poisson"})]
    for name, base, keys in losses:
        for dtype in DTYPES:
            add(f"later/{name}-{dtype}", base, network(**keys), training(dtype=dtype),
                **({"use": True} if dtype == "f64" else {}))
    for dtype in DTYPES:
        for shape, base in SHAPES.items():
            add(f"later/amsgrad/{shape}-{dtype}", base, training(optimizer="amsgrad", dtype=dtype))
    add("later/amsgrad/resumed", net("circles", [13, 10], 24, 5, data__rows=300), training(optimizer="amsgrad"), resume=26)
    for activation in ("selu", "mish", "prelu"):
        for dtype in DTYPES:
            for shape, base in SHAPES.items():
                add(f"later/{activation}/{shape}-{dtype}", base, network(activation=activation), training(dtype=dtype))
    for kind in ("batch_norm", "layer_norm"):
        for dtype in DTYPES:
            for shape, base in SHAPES.items():
                add(f"later/{kind}/{shape}-{dtype}", base, network(normalization=kind, norm_epsilon=1e-4),
                    training(dtype=dtype), **({"use": True} if shape == "wide" and dtype == "f32" else {}))
            add(f"later/{kind}/residual-{dtype}", net("digits", [70, 70, 70], 33, 4, data__rows=300),
                network(normalization=kind, residual="true", dropout=0.2, norm_momentum=0.2, activation="prelu"),
                training(dtype=dtype, clip_norm=0.5))
    add("later/batch_norm/resumed", net("circles", [13, 13], 24, 5, data__rows=300),
        network(normalization="batch_norm", residual="true", activation="prelu"), resume=26)
    for number, measure in enumerate(("f1", "auc", "balanced_accuracy")):
        keys = training(learning_rate=0.2, dtype=DTYPES[number])
        add(f"later/stopping-{measure}", net("spirals", [15], 20, 9, data__rows=240), keys,
            stopping(monitor=f"valid_{measure}", patience=2))
    add("later/stopping-f1-labels", net("tags.npz", [40], 30, 4), stopping(monitor="valid_f1", patience=1))
    for number, measure in enumerate(("r2", "mae", "rmse")):
        add(f"later/plateau-{measure}", net("houses.csv", [24, 9], 16, 5),
            training(dtype=DTYPES[number], train_metrics="full"), stopping(monitor=f"train_{measure}"),
            schedule(kind="plateau", patience=1, min_delta=0.1, monitor=f"valid_{measure}"))
    add("later/stopping-auc-resumed", net("circles", [13, 10], 24, 5, data__rows=300), stopping(monitor="valid_auc", patience=3),
        resume=26)
    add("later/fold", net("houses.csv", [24, 9], 16, 3), training(folds=3, fold=2), stopping(patience=2))
    add("later/fold-classes", net("plants.csv", [14], 16, 3, data__label="species"), training(folds=4, fold=3))
    first = {"training.init_from": "first", "network.activation": "tanh", "network.normalization": "batch_norm"}
    for dtype in DTYPES:
        add(f"later/init-{dtype}", NARROW, training(dtype=dtype), first, **({"use": True} if dtype == "f64" else {}))
    add("later/init-resumed", net("circles", [13, 10], 24, 5, data__rows=300), first, resume=26)
    add("later/classes-by-name", net("plants.csv", [14], 16, 3, data__label="species", data__weight="care"),
        training(class_weights=["moss=2.5", "fern=0.5"]))


def add_tables():
    """Columns of all kinds, and what is done to them where nothing is said."""
    people = net("people.csv", [20], 24, 3, data__label="price", data__task="regression")
    plain = data(ignore=["id", "colour", "code", "day"], missing=["-99"])
    forms = [("as-it-is", {}), ("without-id", data(ignore=["id"])),
             ("kinds", data(categories=["a*"], numbers=["code"], dates=["day"], ignore=["id"])),
             ("median", plain | data(impute="median")), ("rare", data(max_one_hot=2, ignore=["0"])),
             ("unscaled-targets", plain | data(target_scaling="none")),
             ("scaled-targets", plain | data(standardize=True, target_scaling="standardize")),
             ("huber", plain | network(loss="huber")),
             ("standardized", plain | data(scaling="standardize")),
             ("robust-unclipped", plain | data(scaling="robust", smooth_clip=0.0, ignore=["id"])),
             ("tightly-clipped", plain | data(scaling="standardize", smooth_clip=1.5)),
             ("log-targets", plain | data(target_scaling="log1p", scaling="none"))]
    for number, (name, keys) in enumerate(forms):
        for dtype in (DTYPES[number % 3], DTYPES[(number + 1) % 3]):
            add(f"table/{name}-{dtype}", people, keys, training(dtype=dtype),
                **({"use": True} if dtype == "f32" else {}))
    add("table/resumed", people, training(optimizer="adam"), resume=13)
    add("table/classes", people | data(label="code", task="classification", missing=["?"]))


add_later()
add_tables()
