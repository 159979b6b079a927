// The conversation with compare.py for peers in C++ (peer.py has its words).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "problem.hpp"

namespace bench {

/// Trains one problem; constructed anew from the initial weights for every "open" and "train".
class Trainer {
 public:
  virtual ~Trainer() = default;
  virtual void train_batch(std::size_t batch) = 0;
  /// In the layout of Problem::parameters.
  [[nodiscard]] virtual std::vector<double> parameters() const = 0;
};

/// Reads orders from standard input until it ends. make_trainer(problem) gives a std::unique_ptr<Trainer>.
template <class MakeTrainer>
int serve(const std::string& version, const MakeTrainer& make_trainer) {
  const auto answer = [](const nlohmann::json& json) { std::cout << json.dump() << std::endl; };
  try {
    answer({{"version", version}});
    std::unique_ptr<Problem> problem;
    std::unique_ptr<Trainer> trainer;
    std::size_t position = 0;
    double learning_rate = 0.0;
    for (std::string line; std::getline(std::cin, line);) {
      const nlohmann::json order = nlohmann::json::parse(line);
      const std::string what = order.at("do");
      if (what == "open") {
        trainer.reset();
        problem = std::make_unique<Problem>(order.at("problem").get<std::string>());
        learning_rate = problem->learning_rate;
      }
      if (what != "steps") {
        problem->learning_rate = learning_rate * order.value("learning_rate_factor", 1.0);
        trainer = make_trainer(*problem);
        position = 0;
      }
      std::size_t count = order.value("count", std::size_t{0});
      const auto start = std::chrono::steady_clock::now();
      for (; count > 0; --count) {
        trainer->train_batch(position);
        position = (position + 1) % problem->num_batches();
      }
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (order.contains("weights")) {
        const std::vector<double> parameters = trainer->parameters();
        std::ofstream file(order.at("weights").get<std::string>(), std::ios::binary);
        file.write(reinterpret_cast<const char*>(parameters.data()),
                   static_cast<std::streamsize>(parameters.size() * sizeof(double)));
      }
      answer({{"seconds", seconds}});
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

}  // namespace bench
