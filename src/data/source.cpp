// One entry to every data source: decides what a source is and hands it to its reader.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <new>

#include "core/suggest.hpp"
#include "core/text_file.hpp"
#include "data/arff.hpp"
#include "data/array_roles.hpp"
#include "data/generators.hpp"
#include "data/idx.hpp"
#include "data/libsvm.hpp"
#include "data/mat5.hpp"
#include "data/named_sources.hpp"
#include "data/npy.hpp"
#include "data/packed_file.hpp"
#include "data/part_block.hpp"
#include "data/pickle.hpp"
#include "data/source_format.hpp"
#include "data/source_path.hpp"
#include "data/sparse_rows.hpp"
#include "data/text_table.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus {
namespace data {
namespace {

namespace fs = std::filesystem;

enum class Format { kIdx, kNpy, kNpz, kMat, kPickle, kLibsvm, kArff, kText };

constexpr std::size_t kLookedAt = 4096;  // bytes that tell a format by its content

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool starts_with(std::span<const std::byte> bytes, std::string_view start) {
  return text_of(bytes).starts_with(start);
}

/// By the name's ending where it has a known one, else by the first bytes.
Format detect_format(const std::string& path, std::span<const std::byte> start) {
  const std::string file = fs::path(path).filename().string();
  const std::string_view name = without_packed_ending(file);
  static constexpr std::pair<std::string_view, Format> kEndings[] = {
      {".npy", Format::kNpy},       {".npz", Format::kNpz},         {".mat", Format::kMat},
      {".pkl", Format::kPickle},    {".pickle", Format::kPickle},   {".svm", Format::kLibsvm},
      {".libsvm", Format::kLibsvm}, {".svmlight", Format::kLibsvm}, {".csv", Format::kText},
      {".tsv", Format::kText},      {".data", Format::kText},       {".idx", Format::kIdx},
      {"-ubyte", Format::kIdx},     {".arff", Format::kArff}};
  for (const auto& [ending, format] : kEndings) {
    if (name.ends_with(ending)) return format;
  }
  if (is_libsvm(text_of(start))) return Format::kLibsvm;
  if (is_arff(text_of(start))) return Format::kArff;
  if (name.ends_with(".txt")) return Format::kText;
  if (is_idx(start)) return Format::kIdx;
  if (starts_with(start, "\x93NUMPY")) return Format::kNpy;
  if (starts_with(start, "PK\x03\x04")) return Format::kNpz;
  if (is_mat(start) || is_hdf5(start)) return Format::kMat;
  if (starts_with(start, "\x80\x02") || starts_with(start, "\x80\x03") || starts_with(start, "\x80\x04")) {
    return Format::kPickle;
  }
  return Format::kText;
}

/// Of a stored file, packed or not. Files of a pair may be IDX whatever they are called.
Format format_of(const std::string& path, const Bytes& stored, bool in_pair = false) {
  const Bytes start = unpacked_prefix(stored, path, kLookedAt);
  return in_pair && is_idx(start) ? Format::kIdx : detect_format(path, start);
}

std::vector<std::string> digit_names() {
  std::vector<std::string> names;
  names.reserve(10);
  for (int digit = 0; digit < 10; ++digit) names.push_back(std::to_string(digit));
  return names;
}

/// The arrays of a file of this format, together at most `max_bytes`.
std::vector<NamedArray> read_arrays(Format format, const std::shared_ptr<const Bytes>& file, const std::string& path,
                                    std::uint64_t max_bytes) {
  if (format == Format::kNpz) return read_npz(*file, path, max_bytes);
  if (format == Format::kMat) return read_mat(file, path, max_bytes);
  return {{"", read_npy(file, path, max_bytes)}};
}

void check_idx_images(const RawArray& x) {
  if (x.shape.size() >= 2) return;
  throw InputError(ErrorParts{x.where, "images (2 or more dimensions)", "a file of labels", "give the image file"});
}

PartBlock block_of_idx(const RawArray& x, const RawArray& y) {
  if (y.shape.size() != 1) throw InputError(ErrorParts{y.where, "labels (1 dimension)", "an array of more", ""});
  if (x.shape[0] != y.shape[0]) {
    throw InputError(ErrorParts{y.where, fmt::format("{} labels, one for each image of {}", x.shape[0], x.where),
                                std::to_string(y.shape[0]), "check that the two files belong together"});
  }
  PartBlock block = block_of_pair(x, y, "rows");
  block.where = y.where;
  return block;
}

PartBlock read_idx_pair(const std::string& images, const std::string& labels, const SourceOptions& options,
                        Sha256& hash) {
  const RawArray x = read_idx_file(images, options.max_bytes, hash);
  check_idx_images(x);
  if (labels.empty()) {
    PartBlock block;
    block.where = images;
    block.features = to_features(x, grid_of(x));
    if (x.shape.size() == 3) block.image = ImageShape{x.shape[1], x.shape[2]};
    return block;
  }
  return block_of_idx(x, read_idx_file(labels, options.max_bytes, hash));
}

/// Whether these labels are no digits with a mistake in one of them: a twentieth of them lies beyond 9, and they are of
/// several classes, or there is no class 0 (EMNIST's letters are 1 to 26).
bool are_beyond_digits(const Matrix<double>& labels) {
  std::vector<double> beyond;
  bool has_zero = false;
  for (const double label : labels.span()) {
    if (label > 9) beyond.push_back(label);
    has_zero = has_zero || label == 0;
  }
  if (beyond.empty() || 20 * beyond.size() < labels.size()) return false;
  const auto [low, high] = std::minmax_element(beyond.begin(), beyond.end());
  return *low != *high || !has_zero;
}

PartBlocks read_idx_folder(const std::string& folder, const SourceOptions& options, Sha256& hash) {
  const IdxFiles files = *find_idx_files(folder);
  const auto require = [&folder](const std::string& labels, const char* name) {
    if (labels.empty()) throw InputError(ErrorParts{folder, name, "none beside the images", "get the missing file"});
  };
  require(files.train_labels, "train-labels-idx1-ubyte[.gz]");
  PartBlocks blocks;
  blocks.index_labels = true;
  blocks.train = read_idx_pair(files.train_images, files.train_labels, options, hash);
  if (are_beyond_digits(blocks.train.numbers)) {
    blocks.notes.push_back(files.train_labels + ": labels beyond 9: the classes are those that occur, not ten digits");
  } else {
    blocks.fixed_classes = digit_names();
  }
  if (files.test_images.empty()) return blocks;
  require(files.test_labels, "t10k-labels-idx1-ubyte[.gz]");
  blocks.test = read_idx_pair(files.test_images, files.test_labels, options, hash);
  return blocks;
}

PartBlocks read_idx_single(const std::string& path, const SourceOptions& options, Sha256& hash) {
  PartBlocks blocks;
  blocks.index_labels = true;
  const std::string labels = options.label == "none" ? "" : find_idx_labels(path).value_or("");
  if (labels.empty() && options.label != "none") {
    throw InputError(ErrorParts{path, "a file of labels beside it", "none",
                                "name both as IMAGES,LABELS, or set data.label to none"});
  }
  blocks.train = read_idx_pair(path, labels, options, hash);
  return blocks;
}

PartBlocks read_pickle(const std::shared_ptr<const Bytes>& file, const std::string& path) {
  PartBlocks blocks;
  blocks.index_labels = true;
  const std::vector<PicklePart> parts = read_pickle_parts(file, path);
  const auto block = [](const PicklePart& part) { return block_of_pair(part.x, part.y, "rows"); };
  blocks.train = block(parts.front());
  if (parts.size() == 3) blocks.valid = block(parts[1]);
  if (parts.size() > 1) blocks.test = block(parts.back());
  return blocks;
}

PartBlocks blocks_of_text(TextTable table) {
  PartBlocks blocks;
  blocks.train = std::move(table.block);
  blocks.feature_names = std::move(table.feature_names);
  blocks.target_name = std::move(table.target_name);
  blocks.target_names = std::move(table.target_names);
  blocks.label_column = table.label_column;
  blocks.notes = std::move(table.notes);
  return blocks;
}

/// A large text on disk, without keeping its bytes; nothing where it is something else, or has to be read as a whole.
std::optional<PartBlocks> read_large_text(const std::string& path, const SourceOptions& options, Sha256& hash) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > options.max_bytes) return std::nullopt;
  const Bytes start = first_bytes(path, kLookedAt);
  if (is_packed(start, path) || detect_format(path, start) != Format::kText) return std::nullopt;
  std::optional<TextTable> table = read_text_file(path, options, hash, {.threads = options.threads});
  if (!table) return std::nullopt;
  return blocks_of_text(std::move(*table));
}

SourceOptions options_with_limit(SourceOptions options, std::uint64_t max_bytes) {
  options.max_bytes = max_bytes;
  return options;
}

PartBlocks read_file(const std::string& path, const SourceOptions& options, Sha256& hash) {
  if (std::optional<PartBlocks> blocks = read_large_text(path, options, hash)) return std::move(*blocks);
  Bytes file = read_file_bytes(path, options.max_bytes);
  const Format format = format_of(path, file);
  if (format == Format::kIdx) return read_idx_single(path, options, hash);
  hash.update(file);
  const std::uint64_t limit = spread_limit(file.size(), options.max_bytes);
  const auto shared = std::make_shared<const Bytes>(unpacked(std::move(file), path, options.max_bytes));
  switch (format) {
    case Format::kNpy:
    case Format::kNpz:
    case Format::kMat:
      return blocks_of_arrays(read_arrays(format, shared, path, limit), options, path);
    case Format::kPickle:
      return read_pickle(shared, path);
    case Format::kLibsvm:
      return read_libsvm(text_of(*shared), path, options);
    case Format::kArff:
      return read_arff(text_of(*shared), path, options_with_limit(options, limit));
    default:
      return blocks_of_text(read_text_table(text_of(*shared), path, options, {.threads = options.threads}));
  }
}

PartBlocks read_folder(const std::string& folder, const SourceOptions& options, Sha256& hash) {
  if (find_idx_files(folder)) return read_idx_folder(folder, options, hash);
  const fs::path pickle = fs::path(folder) / "mnist.pkl.gz";
  if (fs::exists(pickle)) return read_file(pickle.string(), options, hash);
  throw InputError(ErrorParts{folder, "train-images-idx3-ubyte[.gz] or mnist.pkl.gz in the folder", "neither",
                              "give the path of a data file"});
}

/// The array of one file of a pair; `is_idx_file` says whether it is an IDX file.
RawArray read_pair_array(const std::string& path, bool labels, const SourceOptions& options, Sha256& hash,
                         bool* is_idx_file) {
  Bytes file = read_file_bytes(path, options.max_bytes);
  const Format format = format_of(path, file, true);
  hash.update(file);
  *is_idx_file = format == Format::kIdx;
  if (*is_idx_file) return read_idx(std::move(file), path, options.max_bytes);
  if (format != Format::kNpy && format != Format::kNpz && format != Format::kMat) {
    throw InputError(ErrorParts{path, "a file of arrays (IDX, npy, npz or MAT) in the pair FEATURES,LABELS",
                                "another format", "give one file with the labels in it"});
  }
  const std::uint64_t limit = spread_limit(file.size(), options.max_bytes);
  const auto shared = std::make_shared<const Bytes>(unpacked(std::move(file), path, options.max_bytes));
  const std::vector<NamedArray> arrays = read_arrays(format, shared, path, limit);
  return only_array(arrays, labels, options, path).array;
}

/// "FEATURES,LABELS": two files that hold an array each.
PartBlock read_pair(const std::string& features, const std::string& labels, const SourceOptions& options,
                    Sha256& hash) {
  if (labels.empty()) return read_idx_pair(features, labels, options, hash);
  bool x_is_idx = false;
  bool y_is_idx = false;
  const RawArray x = read_pair_array(features, false, options, hash, &x_is_idx);
  if (x_is_idx) check_idx_images(x);
  const RawArray y = read_pair_array(labels, true, options, hash, &y_is_idx);
  return x_is_idx && y_is_idx ? block_of_idx(x, y) : block_of_pair(x, y, options.orientation);
}

/// A path, "-" for standard input, or "FEATURES,LABELS" of two files.
PartBlocks read_path(const std::string& path, const SourceOptions& options, Sha256& hash) {
  std::error_code ignored;
  if (path == "-") return read_file("/dev/stdin", options, hash);
  if (fs::is_directory(path, ignored)) return read_folder(path, options, hash);
  const std::size_t comma = path.find(',');
  if (comma != std::string::npos && !fs::exists(path, ignored)) {
    PartBlocks blocks;
    blocks.index_labels = true;
    blocks.train = read_pair(path.substr(0, comma), path.substr(comma + 1), options, hash);
    return blocks;
  }
  return read_file(path, options, hash);
}

/// A file whose rows are a part of their own; what it defines as further parts is left alone.
PartBlock read_further(const std::string& path, const SourceOptions& options, Sha256& hash,
                       std::vector<std::string>& notes) {
  PartBlocks further = read_path(path, options, hash);
  notes.insert(notes.end(), further.notes.begin(), further.notes.end());
  return std::move(further.train);
}

bool looks_like_path(const std::string& source) {
  std::error_code ignored;
  return source == "-" || source.find_first_of("/.,") != std::string::npos || fs::exists(source, ignored);
}

[[noreturn]] void fail_unknown(const std::string& source) {
  std::vector<SourceEntry> entries = generators();
  for (SourceEntry& entry : named_sources()) entries.push_back(std::move(entry));
  std::vector<std::string_view> names;
  names.reserve(entries.size());
  for (const SourceEntry& entry : entries) names.push_back(entry.name);
  const std::string_view near = nearest_name(source, names);
  throw InputError(ErrorParts{"data", "a path or the name of a data set", "'" + source + "'",
                              near.empty() ? "see 'gradus data list'" : fmt::format("did you mean '{}'?", near)});
}

/// A generator makes its own parts.
void refuse_further_files(const std::string& source, const SourceOptions& options) {
  const bool valid = !options.valid_path.empty();
  if (!valid && options.test_path.empty()) return;
  throw InputError(ErrorParts{valid ? "data.valid_path" : "data.test_path", "a data file beside it",
                              "the generator '" + source + "'", "split its rows with data.valid and data.test"});
}

Dataset read_found(const std::string& source, const SourceOptions& options) {
  std::string path = source;
  std::string test_path = options.test_path;
  const bool named = is_named_source(source);
  if (named) {
    const FoundSource found = find_named_source(source, options);
    path = found.folder.empty() ? found.file : found.folder;
    if (test_path.empty()) test_path = found.test_file;
  } else if (!looks_like_path(source)) {
    fail_unknown(source);
  }
  Sha256 hash;
  PartBlocks blocks = read_path(path, options, hash);
  const SourceOptions further = options_of_further_part(blocks, options);
  if (!options.valid_path.empty()) blocks.valid = read_further(options.valid_path, further, hash, blocks.notes);
  if (!test_path.empty()) blocks.test = read_further(test_path, further, hash, blocks.notes);
  const std::uint64_t stored = size_of_file(path) + size_of_file(options.valid_path) + size_of_file(test_path);
  spread_sparse_parts(blocks, options_with_limit(options, spread_limit(stored, options.max_bytes)));
  std::vector<double> weights = row_weights(blocks);
  Dataset dataset = make_dataset(std::move(blocks), options);
  dataset.table.weights = std::move(weights);
  fs::path file(path);
  if (!file.has_filename()) file = file.parent_path();
  dataset.name = named ? source : path == "-" ? "stdin" : file.filename().string();
  dataset.source = path;
  dataset.sha256 = hash.hex_digest();
  const std::vector<std::string> names = published_class_names(dataset.name);
  if (dataset.task == Task::kClassification && !names.empty() && names.size() == dataset.class_names.size() &&
      dataset.class_names.front() == "0") {
    dataset.class_names = names;
  }
  return dataset;
}

}  // namespace

bool is_text_table(const std::string& path, std::span<const std::byte> start) {
  return detect_format(path, start) == Format::kText;
}

}  // namespace data

Dataset read_source(const std::string& given, const SourceOptions& given_options) {
  const std::string source = data::source_in(given_options.base_folder, given);
  const SourceOptions options = data::options_in(given_options.base_folder, given_options);
  try {
    if (source.empty()) throw InputError(ErrorParts{"data", "a path or the name of a data set", "nothing", ""});
    const bool generated = data::is_generator(source);
    if (generated) data::refuse_further_files(source, options);
    Dataset dataset = generated ? data::generate(source, options) : data::read_found(source, options);
    if (!options.weight.empty()) take_weight_column(dataset, options.weight);
    return dataset;
  } catch (const std::bad_alloc&) {
    throw RunError(source + ": the data needs more memory than there is; use a part of it");
  }
}

}  // namespace gradus
