"""PyTorch in its usual idiom: Sequential, a loss, backward, torch.optim.SGD; float32."""
# SPDX-License-Identifier: Apache-2.0
import torch
from peer import serve


class TorchTrainer:
    def __init__(self, problem):
        self.problem = problem
        modules = []
        for weights, biases in problem.layers():
            linear = torch.nn.Linear(*weights.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weights.T))
                linear.bias.copy_(torch.from_numpy(biases))
            modules += [linear, torch.nn.ReLU() if problem.activation == "relu" else torch.nn.Tanh()]
        self.model = torch.nn.Sequential(*modules[:-1])
        self.linears = modules[::2]
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=problem.learning_rate)
        self.inputs = torch.from_numpy(problem.inputs)
        if problem.output == "sigmoid":
            self.targets = torch.from_numpy(problem.one_hot())
        else:
            self.targets = torch.from_numpy(problem.labels).long()

    def loss(self, z, y):
        if self.problem.output == "sigmoid":
            return torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum") / len(y)
        return torch.nn.functional.cross_entropy(z, y)

    def penalty(self):
        weights = [linear.weight for linear in self.linears]
        return (self.problem.l1 * sum(w.abs().sum() for w in weights) +
                self.problem.l2 * sum(w.square().sum() for w in weights))

    def train(self, first, end):
        size = self.problem.batch
        penalised = self.problem.l1 > 0 or self.problem.l2 > 0
        for start in range(first * size, end * size, size):
            self.optimizer.zero_grad()
            loss = self.loss(self.model(self.inputs[start:start + size]), self.targets[start:start + size])
            if penalised:
                loss = loss + self.penalty()
            loss.backward()
            self.optimizer.step()

    def layers(self):
        return [(linear.weight.detach().numpy().T, linear.bias.detach().numpy()) for linear in self.linears]


if __name__ == "__main__":
    serve("f32", torch.__version__, TorchTrainer)
