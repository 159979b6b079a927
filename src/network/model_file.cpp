#include "gradus/network/model_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "core/atomic_file.hpp"
#include "gradus/core/error.hpp"
#include "network/model_json.hpp"
#include "network/safetensors.hpp"

namespace gradus {
namespace {

constexpr const char* kModelKey = "gradus";
constexpr const char* kHashKey = "weights_sha256";

std::string tensor_name(std::size_t layer, const char* part) {
  return fmt::format("layers.{}.{}", layer, part);
}

template <class T>
constexpr TensorType kTypeOf = std::is_same_v<T, float> ? TensorType::kF32 : TensorType::kF64;

// The tensors of a network in the order of their bytes: layer by layer, weights before biases.
std::vector<TensorInfo> layout(const NetworkSpec& spec, TensorType type) {
  std::vector<TensorInfo> tensors;
  std::size_t offset = 0;
  const auto append = [&](std::string name, std::vector<std::size_t> shape) {
    std::size_t num_bytes = size_of(type);
    for (const std::size_t dimension : shape) num_bytes *= dimension;
    tensors.push_back({std::move(name), type, std::move(shape), offset, offset + num_bytes});
    offset += num_bytes;
  };
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    append(tensor_name(l, "weight"), {spec.inputs_of(l), spec.layers[l].units});
    append(tensor_name(l, "bias"), {spec.layers[l].units});
  }
  return tensors;
}

const TensorInfo& find_tensor(const std::string& path, const SafetensorsHeader& header, const std::string& name,
                              const std::vector<std::size_t>& shape, TensorType type) {
  for (const TensorInfo& tensor : header.tensors) {
    if (tensor.name != name) continue;
    if (tensor.shape == shape && tensor.type == type) return tensor;
    throw InputError({path + ": tensor '" + name + "'", "the shape and type of the architecture", "another", ""});
  }
  throw InputError({path, "a tensor '" + name + "'", "none", ""});
}

template <class T>
void read_values(SafetensorsFile& file, const std::string& path, const TensorInfo& tensor, std::span<T> values) {
  file.read(tensor, std::as_writable_bytes(values));
  for (const T value : values) {
    if (!std::isfinite(value)) {
      throw InputError({path + ": tensor '" + tensor.name + "'", "finite weights", "NaN or infinity",
                        "the model diverged or the file is damaged"});
    }
  }
}

template <class T>
Network<T> read_network(SafetensorsFile& file, const std::string& path, const NetworkSpec& spec) {
  const SafetensorsHeader& header = file.header();
  if (header.tensors.size() != 2 * spec.layers.size()) {
    throw InputError(
        {path, std::to_string(2 * spec.layers.size()) + " tensors", std::to_string(header.tensors.size()), ""});
  }
  // All places are found before anything is allocated; their sizes are known to fit in the file.
  std::vector<const TensorInfo*> places;
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    const std::size_t units = spec.layers[l].units;
    places.push_back(&find_tensor(path, header, tensor_name(l, "weight"), {spec.inputs_of(l), units}, kTypeOf<T>));
    places.push_back(&find_tensor(path, header, tensor_name(l, "bias"), {units}, kTypeOf<T>));
  }
  Network<T> network(spec);
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    read_values(file, path, *places[2 * l], network.layers[l].weights.span());
    read_values(file, path, *places[2 * l + 1], network.layers[l].biases.span());
  }
  const auto hash = header.metadata.find(kHashKey);
  if (hash != header.metadata.end() && hash->second != weights_sha256(network)) {
    throw InputError({path, "weights with the SHA-256 of the header", "another", "the file is damaged"});
  }
  return network;
}

}  // namespace

void write_model(const std::string& path, const Model& model) {
  std::visit(
      [&]<class T>(const Network<T>& network) {
        SafetensorsHeader header;
        header.metadata["format"] = "gradus";
        header.metadata[kModelKey] = format_model(model);
        header.metadata[kHashKey] = weights_sha256(network);
        header.tensors = layout(network.spec, kTypeOf<T>);
        AtomicFile file(path);
        file.write(format_header(header));
        for (const LayerParameters<T>& layer : network.layers) {
          file.write(std::as_bytes(layer.weights.span()));
          file.write(std::as_bytes(layer.biases.span()));
        }
        file.commit();
      },
      model.network);
}

Model read_model(const std::string& path) {
  SafetensorsFile file(path);
  const auto text = file.header().metadata.find(kModelKey);
  if (text == file.header().metadata.end()) {
    throw InputError({path, "a model that Gradus wrote", "safetensors of another program", ""});
  }
  ModelDescription description = [&] {
    try {
      return parse_model("model", text->second);
    } catch (const InputError& error) {
      throw InputError(path + ": " + error.what());
    }
  }();
  Model model = std::move(description.rest);
  const bool is_f32 = !file.header().tensors.empty() && file.header().tensors[0].type == TensorType::kF32;
  if (is_f32) {
    model.network = read_network<float>(file, path, description.spec);
  } else {
    model.network = read_network<double>(file, path, description.spec);
  }
  return model;
}

}  // namespace gradus
