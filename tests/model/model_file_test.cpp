// The model file: what is written comes back to the bit, and no damaged file does anything but raise an InputError.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/model/model_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "support/paths.hpp"

namespace gradus {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

template <class T>
Model make_model() {
  const std::size_t widths[] = {3, 4, 2};
  NetworkSpec spec = make_network_spec(widths, parse_activation("leaky_relu(0.3)"), OutputKind::kSigmoid,
                                       parse_initializer("normal(0.5,0.25)"));
  spec.layers[0].l1 = 1e-4;
  spec.layers[0].l2 = 0.1;
  spec.layers[0].dropout = 0.3;
  spec.layers[0].initializer.bias = BiasInit::kLikeWeights;
  spec.loss.floor_kind = FloorKind::kAdd;
  spec.loss.label_smoothing = 0.125;
  spec.loss.floor = 1e-8;
  spec.loss.gradient_through_floor = true;
  Network<T> network(spec);
  initialize(network, 1);
  Model model;
  model.network = network;
  model.scaling = {255.0, {0.1, 0.2, 1.0 / 3}, {1.0, 2.0, 3e-300}, {3.0, 0.0, 1.5}};
  model.target_scaling = {{0.5, -2.0}, {1.0, 1.0 / 3}, true};
  model.mixed = sizeof(T) == sizeof(float);
  model.class_names = {"cat \"quoted\"", "dög"};
  model.feature_names = {"a", "b", ""};
  model.target_name = "species";
  model.weight_name = "trust";
  model.data_name = "zoo.csv";
  model.training_sha256 = std::string(64, 'a');
  return model;
}

template <class T>
void expect_round_trip() {
  const test::TempDir folder;
  const Model model = make_model<T>();
  write_model(folder / "m", model);
  const Model back = read_model(folder / "m");
  ASSERT_TRUE(std::holds_alternative<Network<T>>(back.network));
  EXPECT_EQ(back.spec(), model.spec());
  EXPECT_EQ(weights_sha256(std::get<Network<T>>(back.network)), weights_sha256(std::get<Network<T>>(model.network)));
  EXPECT_EQ(back.scaling, model.scaling);
  EXPECT_EQ(back.target_scaling, model.target_scaling);
  EXPECT_EQ(back.class_names, model.class_names);
  EXPECT_EQ(back.feature_names, model.feature_names);
  EXPECT_EQ(back.target_name, model.target_name);
  EXPECT_EQ(back.weight_name, model.weight_name);
  EXPECT_EQ(back.mixed, model.mixed);
  EXPECT_EQ(back.data_name, model.data_name);
  EXPECT_EQ(back.training_sha256, model.training_sha256);
  const std::vector<std::byte> in_memory = model_bytes(model);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(in_memory.data()), in_memory.size()), bytes_of(folder / "m"));
  EXPECT_EQ(model_bytes(read_model(in_memory)), in_memory);
  write_model(folder / "again", back);
  EXPECT_EQ(bytes_of(folder / "again"), bytes_of(folder / "m"));
}

TEST(ModelFile, comes_back_to_the_bit_in_float) {
  expect_round_trip<float>();
}
TEST(ModelFile, comes_back_to_the_bit_in_double) {
  expect_round_trip<double>();
}

// By hand, after the format's description: any safetensors reader must find the same tensors.
TEST(ModelFile, has_the_layout_of_safetensors) {
  const test::TempDir folder;
  const Model model = make_model<float>();
  write_model(folder / "m", model);
  const std::string bytes = bytes_of(folder / "m");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  ASSERT_EQ(length % 8, 0u);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header["__metadata__"]["format"], "gradus");
  EXPECT_EQ(header["layers.0.weight"]["dtype"], "F32");
  EXPECT_EQ(header["layers.0.weight"]["shape"], (std::vector<std::size_t>{3, 4}));
  EXPECT_EQ(header["layers.0.weight"]["data_offsets"], (std::vector<std::size_t>{0, 48}));
  EXPECT_EQ(header["layers.0.bias"]["data_offsets"], (std::vector<std::size_t>{48, 64}));
  EXPECT_EQ(header["layers.1.weight"]["data_offsets"], (std::vector<std::size_t>{64, 96}));
  EXPECT_EQ(header["layers.1.bias"]["data_offsets"], (std::vector<std::size_t>{96, 104}));
  EXPECT_EQ(bytes.size(), 8 + length + 104);
  float weight = 0.0f;
  std::memcpy(&weight, bytes.data() + 8 + length + 4 * 5, 4);
  EXPECT_EQ(weight, std::get<Network<float>>(model.network).weights(0)(1, 1));
}

TEST(ModelFile, every_truncation_is_an_input_error) {
  const test::TempDir folder;
  write_model(folder / "m", make_model<float>());
  const std::string bytes = bytes_of(folder / "m");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    put_bytes(folder / "cut", bytes.substr(0, length));
    EXPECT_THROW(read_model(folder / "cut"), InputError) << length;
    EXPECT_THROW(read_model(std::as_bytes(std::span(bytes).first(length))), InputError) << length;
  }
  put_bytes(folder / "longer", bytes + "x");
  EXPECT_THROW(read_model(folder / "longer"), InputError);
}

TEST(ModelFile, flipped_bytes_never_do_more_than_raise_an_input_error) {
  const test::TempDir folder;
  write_model(folder / "m", make_model<double>());
  const std::string bytes = bytes_of(folder / "m");
  RandomStream random(5, Purpose::kTest);
  int num_refused = 0;
  constexpr int kTries = 6000;
  for (int i = 0; i < kTries; ++i) {
    std::string damaged = bytes;
    for (std::uint64_t flips = 1 + random.below(3); flips > 0; --flips) {
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    }
    put_bytes(folder / "damaged", damaged);
    try {
      read_model(folder / "damaged");
    } catch (const InputError&) {
      ++num_refused;
    }
  }
  EXPECT_GT(num_refused, kTries / 2);
}

// Rewrites header and data of a good file and expects a refusal that names the place.
class Damage {
 public:
  Damage() {
    write_model(folder_ / "m", make_model<float>());
    const std::string bytes = bytes_of(folder_ / "m");
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    header = nlohmann::json::parse(bytes.substr(8, length));
    model = nlohmann::json::parse(header["__metadata__"]["gradus"].get<std::string>());
    data = bytes.substr(8 + length);
  }
  std::string message() {
    if (header["__metadata__"].is_object() && header["__metadata__"].contains("gradus")) {
      header["__metadata__"]["gradus"] = model.dump();
    }
    const std::string text = header.dump();
    std::string bytes(8, '\0');
    const std::uint64_t length = text.size();
    std::memcpy(bytes.data(), &length, 8);
    put_bytes(folder_ / "damaged", bytes + text + data);
    try {
      read_model(folder_ / "damaged");
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  nlohmann::json header;
  nlohmann::json model;
  std::string data;

 private:
  test::TempDir folder_;
};

TEST(ModelFile, refuses_numbers_that_do_not_fit) {
  static constexpr std::uint64_t kHuge = std::uint64_t{1} << 62;
  using Change = std::function<void(Damage&)>;
  const std::pair<const char*, Change> changes[] = {
      {"shape that overflows",
       [](Damage& d) {
         d.header["layers.0.weight"]["shape"] = {kHuge, 8};
       }},
      {"negative dimension",
       [](Damage& d) {
         d.header["layers.0.weight"]["shape"] = {-3, -4};
       }},
      {"other shape",
       [](Damage& d) {
         d.header["layers.0.weight"]["shape"] = {4, 3};
       }},
      {"huge offset",
       [](Damage& d) {
         d.header["layers.0.weight"]["data_offsets"] = {kHuge, kHuge + 48};
       }},
      {"overlap",
       [](Damage& d) {
         d.header["layers.0.bias"]["data_offsets"] = {0, 16};
       }},
      {"other type", [](Damage& d) { d.header["layers.0.bias"]["dtype"] = "I32"; }},
      {"missing tensor", [](Damage& d) { d.header.erase("layers.1.bias"), d.data.resize(96); }},
      {"foreign file", [](Damage& d) { d.header["__metadata__"].erase("gradus"); }},
      {"metadata of another type", [](Damage& d) { d.header["__metadata__"] = 3; }},
      {"newer version", [](Damage& d) { d.model["version"] = 99; }},
      {"huge width", [](Damage& d) { d.model["layers"][0]["units"] = kHuge; }},
      {"large width", [](Damage& d) { d.model["layers"][0]["units"] = 2000000000; }},
      {"more layers", [](Damage& d) { d.model["layers"].push_back(d.model["layers"][1]); }},
      {"no layers", [](Damage& d) { d.model["layers"] = nlohmann::json::array(); }},
      {"foreign activation", [](Damage& d) { d.model["layers"][0]["activation"] = "maxout"; }},
      {"missing key", [](Damage& d) { d.model.erase("output"); }},
      {"text for a number", [](Damage& d) { d.model["inputs"] = "3"; }},
      {"scaling of another size", [](Damage& d) { d.model["scaling"]["mean"] = {1.0}; }},
      {"std of 0",
       [](Damage& d) {
         d.model["scaling"]["std"] = {0.0, 1.0, 1.0};
       }},
      {"clip of another size", [](Damage& d) { d.model["scaling"]["clip"] = {3.0}; }},
      {"clip below 0",
       [](Damage& d) {
         d.model["scaling"]["clip"] = {3.0, -1.0, 3.0};
       }},
      {"class names of another size", [](Damage& d) { d.model["class_names"] = {"a"}; }},
      {"changed weight", [](Damage& d) { d.data[0] = static_cast<char>(d.data[0] ^ 1); }},
  };
  EXPECT_EQ(Damage().message(), "");
  for (const auto& [name, change] : changes) {
    Damage damage;
    change(damage);
    EXPECT_NE(damage.message(), "") << name;
  }
}

TEST(ModelFile, refuses_weights_that_are_not_finite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Damage damage;
    std::memcpy(damage.data.data() + 52, &bad, 4);
    EXPECT_NE(damage.message().find("layers.0.bias"), std::string::npos) << damage.message();
  }
}

TEST(ModelFile, errors_name_the_file) {
  const test::TempDir folder;
  put_bytes(folder / "text", "hello, this is not a model");
  for (const std::string& path : {folder / "missing", folder / "text", folder.path().string()}) {
    try {
      read_model(path);
      ADD_FAILURE() << path;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).rfind(path, 0), 0u) << error.what();
    }
  }
}

TEST(ModelFile, a_full_disk_leaves_the_old_model) {
  const test::TempDir folder;
  write_model(folder / "m", make_model<double>());
  const std::string before = bytes_of(folder / "m");
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(write_model(folder / "m", make_model<float>()), RunError);
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(bytes_of(folder / "m"), before);
}

}  // namespace
}  // namespace gradus
