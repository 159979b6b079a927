"""Reads cases as JSON from a file and prints PyTorch's outputs, losses and gradients (float64) as JSON.

An implementation that shares nothing with ours.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

ACTIVATIONS = {
    "identity": lambda z, a: z,
    "relu": lambda z, a: torch.relu(z),
    "leaky_relu": lambda z, a: F.leaky_relu(z, a),
    "sigmoid": lambda z, a: torch.sigmoid(z),
    "tanh": lambda z, a: torch.tanh(z),
    "softplus": lambda z, a: F.softplus(z, threshold=100),
    "elu": lambda z, a: F.elu(z, a),
    "gelu": lambda z, a: F.gelu(z),
    "silu": lambda z, a: F.silu(z),
    "selu": lambda z, a: F.selu(z),
    "mish": lambda z, a: F.mish(z),
}


def row_losses(case, z):
    """Loss of every row, and the outputs."""
    k = z.shape[1]
    if case["loss"] == "focal":
        log_q = torch.log_softmax(z, 1).gather(1, torch.tensor(case["labels"]).reshape(-1, 1)).squeeze(1)
        return -(1 - torch.exp(log_q)) ** case["gamma"] * log_q, torch.softmax(z, 1)
    if case["output"] == "softmax":
        return F.cross_entropy(z, torch.tensor(case["labels"]), reduction="none",
                               label_smoothing=case["smoothing"]), torch.softmax(z, 1)
    if case["labels"]:
        labels = torch.tensor(case["labels"])
        y = labels.reshape(-1, 1).to(z.dtype) if k == 1 else F.one_hot(labels, k).to(z.dtype)
    else:
        y = torch.tensor(case["values"])
    if case["output"] == "exp":
        return F.poisson_nll_loss(z, y, log_input=True, reduction="none").mean(1), torch.exp(z)
    if case["output"] == "linear":
        if case["loss"] == "mse":
            return F.mse_loss(z, y, reduction="none").mean(1), z
        if case["loss"] == "quantile":
            return torch.maximum(case["quantile"] * (y - z), (1 - case["quantile"]) * (z - y)).mean(1), z
        return F.huber_loss(z, y, reduction="none", delta=case["delta"]).mean(1), z
    p = torch.sigmoid(z)
    y = y + case["smoothing"] * (0.5 - y)
    if case["loss"] == "binary_focal":
        gamma = case["gamma"]
        other = torch.sigmoid(-z)  # 1 - p without its cancellation
        return (-y * other ** gamma * F.logsigmoid(z) - (1 - y) * p ** gamma * F.logsigmoid(-z)).sum(1), p
    if case["floor"] > 0:
        f = case["floor"]
        return (-y * torch.log(p + f) - (1 - y) * torch.log(1 - p + f)).sum(1), p
    return F.binary_cross_entropy_with_logits(z, y, reduction="none").sum(1), p


def pre_activation(layer, p, h):
    """z of a layer with the parameters `p` by role, from the outputs `h` of all layers before it (the inputs first)."""
    if layer["kind"] == "dense":
        return h[-1] @ p["weight"] + p["bias"]
    if layer["kind"] == "batch_norm":
        return F.batch_norm(h[-1], None, None, p["scale"], p["shift"], training=True, eps=layer["epsilon"])
    if layer["kind"] == "layer_norm":
        return F.layer_norm(h[-1], h[-1].shape[1:], p["scale"], p["shift"], layer["epsilon"])
    assert layer["kind"] == "residual"
    return h[-1] + h[layer["source"] + 1]


def activate(layer, p, z):
    if layer["activation"] == "prelu":
        return F.prelu(z, p["slope"])
    return ACTIVATIONS[layer["activation"]](z, layer["alpha"])


def run(case):
    x = torch.tensor(case["x"], requires_grad=True)
    parameters = [{role: torch.tensor(values, requires_grad=True) for role, values in layer["blocks"].items()}
                  for layer in case["layers"]]
    h = [x]
    penalty = torch.zeros(())
    for layer, p in zip(case["layers"], parameters):
        z = pre_activation(layer, p, h)
        out = activate(layer, p, z)
        h.append(out * torch.tensor(layer["mask"]) if layer["mask"] else out)
        if "weight" in p:
            penalty = penalty + layer["l1"] * p["weight"].abs().sum() + layer["l2"] * p["weight"].square().sum()
    rows, outputs = row_losses(case, z)
    sample = torch.tensor(case["sample_weights"] or [1.0] * len(rows))
    objective = (sample * rows).sum() / sample.sum() + penalty
    objective.backward()
    return {
        "outputs": outputs.tolist(),
        "objective": objective.item(),
        "inputs": x.grad.tolist(),
        "layers": [{role: values.grad.tolist() for role, values in p.items()} for p in parameters],
    }


with open(sys.argv[1], encoding="utf-8") as file:
    print(json.dumps([run(case) for case in json.load(file)]))
