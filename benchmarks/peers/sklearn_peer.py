"""scikit-learn's MLPClassifier; float32.

partial_fit() trains once over the rows it is given, in batches, in their order (shuffle=False). Its first call makes
the arrays, which then get the common initial weights: the optimizer updates them in place. Its L2 term is divided by
the batch size, ours is not, so alpha = 2 l2 batch; it has no L1, which is left out (and says so to the loss check).
"""
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import sklearn
from peer import serve
from sklearn.neural_network import MLPClassifier


class SklearnTrainer:
    def __init__(self, problem):
        self.problem = problem
        self.model = MLPClassifier(hidden_layer_sizes=problem.widths[1:-1], activation=problem.activation, solver="sgd",
                                   alpha=2 * problem.l2 * problem.batch, batch_size=problem.batch,
                                   learning_rate="constant", learning_rate_init=problem.learning_rate, momentum=0.0,
                                   nesterovs_momentum=False, shuffle=False)
        # An indicator matrix makes its outputs sigmoids with binary cross-entropy summed over them.
        self.targets = problem.one_hot().astype(int) if problem.output == "sigmoid" else problem.labels
        classes = np.arange(problem.widths[-1])
        self.model.partial_fit(problem.inputs[:1000], self.targets[:1000], classes)
        for layer, (weights, biases) in enumerate(problem.layers()):
            self.model.coefs_[layer][...] = weights
            self.model.intercepts_[layer][...] = biases

    def train(self, first, end):
        rows = slice(first * self.problem.batch, end * self.problem.batch)
        self.model.partial_fit(self.problem.inputs[rows], self.targets[rows])

    def layers(self):
        return list(zip(self.model.coefs_, self.model.intercepts_))


if __name__ == "__main__":
    serve("f32", sklearn.__version__, SklearnTrainer)
