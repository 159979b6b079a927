"""Reference runs that mix options at random, with a generator of our own: what meets by chance."""
# SPDX-License-Identifier: Apache-2.0
from reference_data import Numbers

COUNT = 60


def mixture(numbers, shapes, optimizers, activations, initializers):
    """One network with a few of everything."""

    def pick(values):
        return values[numbers.below(len(values))]

    settings = dict(pick(list(shapes.values())))
    settings["network.hidden"] = [pick((3, 8, 13, 16, 21, 40, 72, 100)) for _ in range(1 + numbers.below(3))]
    settings |= {
        "network.activation": [pick(activations) for _ in settings["network.hidden"]],
        "network.init": pick(initializers[2:]),
        "network.bias_init": pick(("zeros", "like_weights", "0.05")),
        "network.output": pick(("softmax", "softmax", "sigmoid", "linear")),
        "training.optimizer": pick(optimizers),
        "training.learning_rate": 0.01,
        "training.dtype": pick(("f32", "f64", "mixed")),
        "training.batch_size": pick((5, 16, 33, 48, 100, 140)),
        "training.batch_order": pick(("file", "samples", "batches")),
        "training.seed": numbers.below(1000),
    }
    choices = [
        ("network.dropout", 0.2), ("network.l1", 1e-3), ("network.l2", 1e-2), ("training.clip_norm", 0.5),
        ("training.clip_value", 0.05), ("training.class_weights", "balanced"), ("training.drop_last", True),
        ("data.standardize", True), ("training.train_metrics", "full"), ("schedule.kind", "exponential"),
        ("schedule.warmup_epochs", 1.0), ("training.top_k", 2), ("early_stopping.patience", 1),
    ]
    for key, value in choices:
        if numbers.below(4) == 0:
            settings[key] = value
    if settings.get("training.drop_last"):
        settings["training.batch_size"] = min(settings["training.batch_size"], 100)
    return settings


def mixtures(shapes, optimizers, activations, initializers):
    numbers = Numbers(77)
    for number in range(COUNT):
        yield f"mixture/{number:02}", mixture(numbers, shapes, optimizers, activations, initializers)
