// Names of activations, outputs, losses and initialisers: written and read back, and refused with a suggestion.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "gradus/core/error.hpp"
#include "gradus/network/activation.hpp"
#include "gradus/network/initializer.hpp"
#include "gradus/network/loss.hpp"

namespace gradus {
namespace {

template <class Function>
std::string message_of(Function function) {
  try {
    function();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Names, activations_read_back) {
  for (const ActivationKind kind : kAllActivations) {
    EXPECT_EQ(parse_activation(activation_name(kind)), make_activation(kind));
    EXPECT_EQ(parse_activation(to_string(make_activation(kind))), make_activation(kind));
  }
  const Activation leaky = parse_activation("leaky_relu(0.2)");
  EXPECT_EQ(leaky.alpha, 0.2);
  EXPECT_EQ(to_string(leaky), "leaky_relu(0.2)");
  EXPECT_EQ(to_string(parse_activation(" elu( 1 ) ")), "elu");
}

TEST(Names, wrong_activations_are_refused_with_a_suggestion) {
  EXPECT_NE(message_of([] { parse_activation("rleu"); }).find("did you mean 'relu'?"), std::string::npos);
  for (const char* text : {"", "(", "relu(", "relu)", "relu(1)", "leaky_relu()", "leaky_relu(x)", "leaky_relu(1,2)",
                           "leaky_relu(nan)", "leaky_relu(1)x", "elu(1e999)", "RELU"}) {
    EXPECT_THROW(parse_activation(text), InputError) << text;
  }
}

TEST(Names, outputs_and_losses_read_back) {
  for (const OutputKind output : kAllOutputs) {
    EXPECT_EQ(parse_output(output_name(output)), output);
    EXPECT_TRUE(loss_fits_output(default_loss(output), output));
  }
  for (const LossKind loss : kAllLosses) EXPECT_EQ(parse_loss(loss_name(loss)), loss);
  EXPECT_TRUE(loss_fits_output(LossKind::kHuber, OutputKind::kLinear));
  EXPECT_FALSE(loss_fits_output(LossKind::kHuber, OutputKind::kSigmoid));
  EXPECT_NE(message_of([] { parse_output("sofmax"); }).find("did you mean 'softmax'?"), std::string::npos);
  EXPECT_NE(message_of([] { parse_loss("hubert"); }).find("did you mean 'huber'?"), std::string::npos);
}

TEST(Names, initializers_read_back) {
  for (const char* text :
       {"zeros", "constant(0.1)", "normal(0,1)", "normal(0.5,0.5)", "uniform(0.05)", "glorot_uniform", "glorot_normal",
        "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "uniform_fan_in", "uniform_fan_out"}) {
    EXPECT_EQ(to_string(parse_initializer(text)), text);
    EXPECT_EQ(parse_initializer(to_string(parse_initializer(text))), parse_initializer(text));
  }
  for (const InitializerFacts& facts : kInitializerTable) {
    EXPECT_EQ(parse_initializer(facts.name).kind, facts.kind);
    if (facts.short_name.empty()) continue;
    EXPECT_EQ(parse_initializer(facts.short_name).kind, facts.kind);
  }
  EXPECT_EQ(parse_initializer("glorot").kind, InitializerKind::kGlorotUniform);
  EXPECT_EQ(parse_initializer("he").kind, InitializerKind::kHeUniform);
  EXPECT_NE(message_of([] { parse_initializer("glorrot"); }).find("did you mean 'glorot'?"), std::string::npos);
  for (const char* text : {"", "zeros(1)", "normal(1)", "normal(0,-1)", "uniform(-1)", "constant(a)", "he(1,2)"}) {
    EXPECT_THROW(parse_initializer(text), InputError) << text;
  }
}

}  // namespace
}  // namespace gradus
