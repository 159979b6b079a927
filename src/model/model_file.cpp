// SPDX-License-Identifier: Apache-2.0
#include "gradus/model/model_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "core/atomic_file.hpp"
#include "gradus/core/error.hpp"
#include "model/model_json.hpp"
#include "model/safetensors.hpp"

namespace gradus {
namespace {

constexpr const char* kModelKey = "gradus";
constexpr const char* kHashKey = "weights_sha256";

template <class T>
constexpr TensorType kTypeOf = std::is_same_v<T, float> ? TensorType::kF32 : TensorType::kF64;

std::vector<std::size_t> shape_of(const ParameterBlock& block) {
  return block.is_matrix() ? std::vector<std::size_t>{block.rows, block.cols} : std::vector<std::size_t>{block.cols};
}

// The tensors of a network in the order of their bytes: all blocks of the parameters, then those of the state.
std::vector<TensorInfo> tensors_of(std::span<const ParameterLayout* const> layouts, TensorType type) {
  std::vector<TensorInfo> tensors;
  std::size_t offset = 0;
  for (const ParameterLayout* layout : layouts) {
    for (const ParameterBlock& block : layout->blocks()) {
      const std::size_t num_bytes = size_of(type) * block.size();
      tensors.push_back({block.name, type, shape_of(block), offset, offset + num_bytes});
      offset += num_bytes;
    }
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
void read_values(Safetensors& file, const TensorInfo& tensor, std::span<T> values) {
  file.read(tensor, std::as_writable_bytes(values));
  for (const T value : values) {
    if (!std::isfinite(value)) {
      throw InputError({file.name() + ": tensor '" + tensor.name + "'", "finite weights", "NaN or infinity",
                        "the model diverged or the file is damaged"});
    }
  }
}

template <class T>
Network<T> read_network(Safetensors& file, const NetworkSpec& spec) {
  const std::string& path = file.name();
  const SafetensorsHeader& header = file.header();
  // All places are found before anything is allocated; their sizes are known to fit in the file.
  const auto parameters = parameter_layout(spec);
  const auto state = state_layout(spec);
  std::vector<const TensorInfo*> places;
  for (const ParameterLayout* layout : {parameters.get(), state.get()}) {
    for (const ParameterBlock& block : layout->blocks()) {
      places.push_back(&find_tensor(path, header, block.name, shape_of(block), kTypeOf<T>));
    }
  }
  if (header.tensors.size() != places.size()) {
    throw InputError({path, std::to_string(places.size()) + " tensors", std::to_string(header.tensors.size()), ""});
  }
  Network<T> network(spec);
  std::size_t next = 0;
  const auto read = [&](const ParameterBlock&, std::span<T> values) { read_values(file, *places[next++], values); };
  for_each_block(network.parameters, read);
  for_each_block(network.state, read);
  const auto hash = header.metadata.find(kHashKey);
  if (hash != header.metadata.end() && hash->second != weights_sha256(network)) {
    throw InputError({path, "weights with the SHA-256 of the header", "another", "the file is damaged"});
  }
  return network;
}

// Gives the bytes of the model's file to `sink`, piece by piece.
template <class Sink>
void write_pieces(const Model& model, const Sink& sink) {
  std::visit(
      [&]<class T>(const Network<T>& network) {
        SafetensorsHeader header;
        header.metadata["format"] = "gradus";
        header.metadata[kModelKey] = format_model(model);
        header.metadata[kHashKey] = weights_sha256(network);
        const ParameterLayout* const layouts[] = {network.parameters.layout().get(), network.state.layout().get()};
        header.tensors = tensors_of(layouts, kTypeOf<T>);
        const std::string text = format_header(header);
        sink(std::as_bytes(std::span(text)));
        const auto write = [&sink](const ParameterBlock&, std::span<const T> values) { sink(std::as_bytes(values)); };
        for_each_block(network.parameters, write);
        for_each_block(network.state, write);
      },
      model.network);
}

Model read_from(Safetensors& file) {
  const std::string& path = file.name();
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
    model.network = read_network<float>(file, description.spec);
  } else {
    model.network = read_network<double>(file, description.spec);
  }
  return model;
}

}  // namespace

void write_model(const std::string& path, const Model& model) {
  AtomicFile file(path);
  write_pieces(model, [&file](std::span<const std::byte> piece) { file.write(piece); });
  file.commit();
}

std::vector<std::byte> model_bytes(const Model& model) {
  std::vector<std::byte> bytes;
  write_pieces(model,
               [&bytes](std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
  return bytes;
}

Model read_model(const std::string& path) {
  Safetensors file(path);
  return read_from(file);
}

Model read_model(std::span<const std::byte> bytes, const std::string& name) {
  Safetensors container(name, bytes);
  return read_from(container);
}

}  // namespace gradus
