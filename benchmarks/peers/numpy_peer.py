"""The step as the studies' notebooks write it in numpy: float64, whole arrays, a temporary for every formula.

Their slower habits (softmax column by column, labels one by one) are left out.
"""
# SPDX-License-Identifier: Apache-2.0
import numpy as np
from peer import serve


class NumpyTrainer:
    def __init__(self, problem):
        self.problem = problem
        self.parameters = problem.layers()
        self.targets = problem.one_hot()

    def activation(self, z):
        return np.maximum(0, z) if self.problem.activation == "relu" else np.tanh(z)

    def derivative(self, h):
        return h > 0 if self.problem.activation == "relu" else 1 - h * h

    def output(self, z):
        if self.problem.output == "sigmoid":
            return 1 / (1 + np.exp(-z))
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def step(self, x, y):
        hidden = [x]
        for weights, biases in self.parameters[:-1]:
            hidden.append(self.activation(np.dot(hidden[-1], weights) + biases))
        weights, biases = self.parameters[-1]
        p = self.output(np.dot(hidden[-1], weights) + biases)
        # Their loss, which they print; nothing else reads it.
        self.loss = -np.sum(y * np.log(p + 1e-10)) / len(x)
        dz = (p - y) / len(x)
        gradients = []
        for layer in range(len(self.parameters) - 1, -1, -1):
            weights = self.parameters[layer][0]
            dw = np.dot(hidden[layer].T, dz)
            if self.problem.l1 or self.problem.l2:
                dw = dw + self.problem.l1 * np.sign(weights) + 2 * self.problem.l2 * weights
            gradients.append((layer, dw, np.sum(dz, axis=0)))
            if layer > 0:
                dz = np.dot(dz, weights.T) * self.derivative(hidden[layer])
        for layer, dw, db in gradients:
            weights, biases = self.parameters[layer]
            weights -= self.problem.learning_rate * dw
            biases -= self.problem.learning_rate * db

    def train(self, first, end):
        size = self.problem.batch
        for start in range(first * size, end * size, size):
            self.step(self.problem.inputs[start:start + size], self.targets[start:start + size])

    def layers(self):
        return self.parameters


if __name__ == "__main__":
    serve("f64", np.__version__, NumpyTrainer)
