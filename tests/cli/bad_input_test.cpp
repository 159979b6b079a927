// Every kind of bad input that a user can bring, as one table: the program says one sentence, exits with 2 (1 for a
// full disk) and overwrites nothing.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <map>

#include "cli/program.hpp"
#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

namespace fs = std::filesystem;

/// Makes its files in `folder` and returns the program's arguments. `mentions` must all stand in the sentence.
struct BadInput {
  const char* name;
  std::vector<std::string> (*arrange)(const TempDir& folder);
  std::vector<std::string> mentions;
};

void PrintTo(const BadInput& bad, std::ostream* out) {
  *out << bad.name;
}

std::vector<std::string> train_on(const std::string& data) {
  return {"train", "--data", data, "--epochs", "1", "--out"};
}

std::vector<std::string> train_on_bytes(const TempDir& folder, const char* name, const std::string& bytes) {
  return train_on(write_bytes(folder / name, bytes));
}

std::vector<std::string> train_on_idx(const TempDir& folder, const std::string& images, const std::string& labels) {
  fs::create_directory(folder / "idx");
  for (const char* part : {"train", "t10k"}) {
    write_bytes(folder / "idx/" + part + "-images-idx3-ubyte", images);
    write_bytes(folder / "idx/" + part + "-labels-idx1-ubyte", labels);
  }
  return train_on(folder / "idx");
}

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.begin() + 1, more.begin(), more.end());
  return words;
}

std::vector<std::string> train_csv_with(const TempDir& folder, const std::vector<std::string>& more) {
  return with(train_on_bytes(folder, "good.csv", small_csv()), more);
}

std::string mat_7_3() {
  return "MATLAB 7.3 MAT-file, Platform: GLNXA64" + std::string(86, ' ') + std::string("\x00\x02IM", 4) +
         std::string(512, '\0');
}

// A model with two features, and data with three.
std::vector<std::string> use_model_on_other_shape(const TempDir& folder, const char* command) {
  write_bytes(folder / "good.csv", small_csv());
  const ProcessResult trained =
      gradus_program({"train", "--data", folder / "good.csv", "--epochs", "1", "--out", folder / "model"});
  EXPECT_EQ(trained.exit_code, 0) << trained.err;
  return {command, folder / "model", "--data",
          write_bytes(folder / "wide.csv", "a,b,c,d,answer\n1,2,3,4,no\n5,6,7,8,yes\n1,1,1,2,no\n")};
}

const BadInput kTable[] = {
    {"missing_file", [](const TempDir& f) { return train_on(f / "none.csv"); }, {"none.csv"}},
    {"unknown_data_name", [](const TempDir&) { return train_on("mnits"); }, {"mnits", "mnist"}},
    {"no_data",
     [](const TempDir&) {
       return std::vector<std::string>{"train", "--epochs", "1", "--out"};
     },
     {"--data"}},
    {"truncated_idx",
     [](const TempDir& f) {
       const std::string images = idx_images(6);
       return train_on_idx(f, images.substr(0, images.size() - 3), idx_labels(6));
     },
     {"idx3", "expected"}},
    {"image_and_label_counts_differ",
     [](const TempDir& f) { return train_on_idx(f, idx_images(6), idx_labels(5)); },
     {"6", "5"}},
    {"wrong_magic",
     [](const TempDir& f) { return train_on_idx(f, "\x01\x02" + idx_images(6).substr(2), idx_labels(6)); },
     {"magic"}},
    {"gzip_cut_short",
     [](const TempDir& f) {
       const std::string packed = gzip(small_csv());
       return train_on_bytes(f, "a.csv.gz", packed.substr(0, packed.size() - 9));
     },
     {"a.csv.gz"}},
    {"gzip_with_trailing_bytes",
     [](const TempDir& f) { return train_on_bytes(f, "a.csv.gz", gzip(small_csv()) + "more"); },
     {"4 more bytes"}},
    {"decompression_bomb",
     [](const TempDir& f) {
       const std::string bomb = gzip(std::string(std::size_t{64} << 20, '0'));
       return with(train_on_bytes(f, "a.csv.gz", bomb), {"--set", "data.max_bytes=1000000"});
     },
     {"bomb"}},
    {"zstd_cut_short",
     [](const TempDir& f) {
       const std::string packed = zstd(small_csv());
       return train_on_bytes(f, "a.csv.zst", packed.substr(0, packed.size() - 9));
     },
     {"a.csv.zst", "end of the file"}},
    {"zstd_by_name_only",
     [](const TempDir& f) { return train_on_bytes(f, "a.csv.zst", small_csv()); },
     {"a.csv.zst", "zstd"}},
    {"zstd_bomb",
     [](const TempDir& f) {
       const std::string bomb = zstd(std::string(std::size_t{64} << 20, '0'));
       return with(train_on_bytes(f, "a.csv.zst", bomb), {"--set", "data.max_bytes=1000000"});
     },
     {"bomb"}},
    {"validation_file_with_a_class_of_its_own",
     [](const TempDir& f) {
       return train_csv_with(f, {"--valid-data", write_bytes(f / "v.csv", "x,y,answer\n1,2,perhaps\n")});
     },
     {"v.csv: line 2", "'perhaps'"}},
    {"validation_file_of_another_shape",
     [](const TempDir& f) {
       return train_csv_with(f, {"--valid-data", write_bytes(f / "v.csv", "a,b,c,answer\n1,2,3,no\n")});
     },
     {"v.csv", "the columns x, y"}},
    {"validation_file_beside_a_generator",
     [](const TempDir& f) {
       return with(train_on("moons"), {"--valid-data", write_bytes(f / "v.csv", small_csv())});
     },
     {"data.valid_path", "moons"}},
    {"pickle_with_foreign_constructor",
     [](const TempDir& f) { return train_on_bytes(f, "a.pkl", pickle_of_parts("os", "system")); },
     {"os.system"}},
    {"npy_shape_that_overflows",
     [](const TempDir& f) { return train_on_bytes(f, "a.npy", npy("<f4", "(4294967296, 4294967296, 4)", "abcd")); },
     {"overflow"}},
    {"npz_labels_that_are_python_objects",
     [](const TempDir& f) {
       const std::string y = npy("|O", "(2,)", "a pickle");
       return train_on_bytes(f, "a.npz", zip({{"X.npy", npy("|u1", "(2, 1)", "ab")}, {"y.npy", y}}, false));
     },
     {"y.npy", "astype(str)"}},
    {"npz_of_unknown_names",
     [](const TempDir& f) {
       const std::string x = npy("|u1", "(2, 1)", "ab");
       return train_on_bytes(f, "a.npz", zip({{"spectra.npy", x}, {"phase.npy", x}}, false));
     },
     {"spectra, phase", "data.feature_array"}},
    {"npy_of_nested_records",
     [](const TempDir& f) {
       std::string file = npy("<f4", "(1,)", "abcd");
       file.replace(file.find("'<f4'"), 5, "[(1,)");
       return train_on_bytes(f, "a.npy", file);
     },
     {"structured type"}},
    {"mat_4_of_an_unknown_machine",
     [](const TempDir& f) { return train_on_bytes(f, "a.mat", integer_bytes(3000, 4) + std::string(100, '\0')); },
     {"version 4", "-v7"}},
    {"mat_7_3", [](const TempDir& f) { return train_on_bytes(f, "a.mat", mat_7_3()); }, {"7.3"}},
    {"ragged_csv",
     [](const TempDir& f) { return train_on_bytes(f, "a.csv", "x,y,label\n1,2,0\n1,0\n3,4,1\n"); },
     {"a.csv", "3"}},
    {"text_where_a_number_belongs",
     [](const TempDir& f) {
       std::string text = "x,y,label\n";
       for (int r = 0; r < 20; ++r) text += r == 7 ? "1,two,1\n" : "1,2,0\n";
       return train_on_bytes(f, "a.csv", text);
     },
     {"a.csv", "two"}},
    {"infinity_in_features",
     [](const TempDir& f) { return train_on_bytes(f, "a.csv", "x,y,label\n1,2,0\n1,inf,1\n3,4,1\n"); },
     {"a.csv", "inf"}},
    {"libsvm_with_a_query_id",
     [](const TempDir& f) { return train_on_bytes(f, "a.svm", "1 qid:1 1:2\n0 qid:1 2:1\n"); },
     {"a.svm: line 1", "qid:1"}},
    {"libsvm_with_a_huge_index",
     [](const TempDir& f) { return train_on_bytes(f, "a.svm", "1 1:2\n0 4000000000:1\n"); },
     {"a.svm", "2x4000000000"}},
    {"libsvm_with_indexes_that_descend",
     [](const TempDir& f) { return train_on_bytes(f, "a", "1 1:2\n0 2:1\n1 3:1 2:1\n"); },
     {"line", "2"}},
    {"arff_with_an_undeclared_class",
     [](const TempDir& f) {
       return train_on_bytes(f, "a.arff", "@relation r\n@attribute x real\n@attribute y {u,v}\n@data\n1,u\n2,w\n");
     },
     {"a.arff: line 6", "u, v", "'w'"}},
    {"arff_with_dates_as_targets",
     [](const TempDir& f) {
       return train_on_bytes(
           f, "a.arff",
           "@relation r\n@attribute x {a,b}\n@attribute y date 'yyyy-MM-dd'\n@data\na,2001-02-03\nb,2001-02-04\n");
     },
     {"a.arff: attribute 'y'", "dates"}},
    {"label_out_of_range",
     [](const TempDir& f) {
       std::string labels = idx_labels(6);
       labels.back() = static_cast<char>(200);
       return train_on_idx(f, idx_images(6), labels);
     },
     {"idx1", "200"}},
    {"layers_that_do_not_fit_the_data",
     [](const TempDir& f) {
       return train_csv_with(f, {"--layers", "784,16,2"});
     },
     {"network.layers", "784"}},
    {"outputs_that_do_not_fit_the_data",
     [](const TempDir& f) {
       return train_csv_with(f, {"--layers", "2,16,10"});
     },
     {"network.layers", "10"}},
    {"unknown_key_in_a_file",
     [](const TempDir& f) { return train_csv_with(f, {write_bytes(f / "a.toml", "[training]\nepoch = 3\n")}); },
     {"a.toml:2", "did you mean 'training.epochs'?"}},
    {"unknown_key_in_set",
     [](const TempDir& f) {
       return train_csv_with(f, {"--set", "training.batchsize=3"});
     },
     {"did you mean 'training.batch_size'?"}},
    {"unknown_flag",
     [](const TempDir& f) {
       return train_csv_with(f, {"--epoch", "3"});
     },
     {"did you mean '--epochs'?"}},
    {"unknown_command", [](const TempDir&) { return std::vector<std::string>{"trian"}; }, {"did you mean 'train'?"}},
    {"value_of_another_type",
     [](const TempDir& f) {
       return train_csv_with(f, {"--lr", "fast"});
     },
     {"--lr", "fast"}},
    {"value_out_of_range",
     [](const TempDir& f) {
       return train_csv_with(f, {"--batch", "0"});
     },
     {"--batch", "0"}},
    {"unknown_activation",
     [](const TempDir& f) {
       return train_csv_with(f, {"--activation", "rleu"});
     },
     {"did you mean 'relu'?"}},
    {"evaluate_a_model_from_another_data_shape",
     [](const TempDir& f) { return use_model_on_other_shape(f, "evaluate"); },
     {"wide.csv", "the columns x, y"}},
    {"predict_with_a_model_from_another_data_shape",
     [](const TempDir& f) { return use_model_on_other_shape(f, "predict"); },
     {"wide.csv", "the columns x, y"}},
    {"model_that_is_none",
     [](const TempDir& f) {
       return std::vector<std::string>{"evaluate", write_bytes(f / "m.safetensors", "not a model"), "--data", "moons"};
     },
     {"m.safetensors"}},
    {"resume_of_no_run",
     [](const TempDir& f) {
       return std::vector<std::string>{"train", "--resume", f / "none"};
     },
     {"none"}},
};

using FileContents = std::map<std::string, std::string>;

FileContents contents_of(const fs::path& folder) {
  FileContents contents;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) contents[entry.path().string()] = read_whole_file(entry.path().string());
  }
  return contents;
}

class BadInputTest : public testing::TestWithParam<BadInput> {};

TEST_P(BadInputTest, gives_one_sentence_and_overwrites_nothing) {
  const BadInput& bad = GetParam();
  const TempDir folder;
  std::vector<std::string> words = bad.arrange(folder);
  // An earlier run stands in the output folder; --force would let it be replaced, but only by a run that can start.
  if (words.back() == "--out") {
    fs::create_directories(folder / "out/checkpoint");
    for (const char* name : {"summary.json", "config.toml", "checkpoint/last.ckpt"}) {
      write_bytes(folder / "out/" + name, "an earlier run");
    }
    words.insert(words.end(), {folder / "out", "--force"});
  }
  const FileContents before = contents_of(folder.path());
  const ProcessResult result = gradus_program(words);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(count_lines(result.err), 1) << result.err;
  EXPECT_EQ(result.err.rfind("gradus: ", 0), 0U) << result.err;
  for (const std::string& word : bad.mentions) EXPECT_THAT(result.err, testing::HasSubstr(word));
  EXPECT_TRUE(contents_of(folder.path()) == before);
}

INSTANTIATE_TEST_SUITE_P(Every, BadInputTest, testing::ValuesIn(kTable),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(BadOutput, folder_that_exists_is_left_alone_without_force) {
  const TempDir folder;
  write_bytes(folder / "good.csv", small_csv());
  fs::create_directory(folder / "out");
  write_bytes(folder / "out/summary.json", "an earlier run");
  const FileContents before = contents_of(folder.path());
  const ProcessResult result = gradus_program({"train", "--data", folder / "good.csv", "--out", folder / "out"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(count_lines(result.err), 1) << result.err;
  EXPECT_THAT(result.err, testing::HasSubstr("--force"));
  EXPECT_TRUE(contents_of(folder.path()) == before);
}

// A limit on the size of files fails a write as a full disk does, without needing a disk of one's own.
void limit_file_size(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST(BadOutput, full_disk_fails_with_one_sentence_and_keeps_what_was_there) {
  const TempDir folder;
  write_bytes(folder / "good.csv", small_csv());
  const std::vector<std::string> words = {"train",    "--data", folder / "good.csv", "--hidden", "400",
                                          "--epochs", "2",      "--quiet",           "--out",    folder / "out"};
  const ProcessResult result = gradus_program(words, [] { limit_file_size(12288); });
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(count_lines(result.err), 1) << result.err;
  EXPECT_THAT(result.err, testing::HasSubstr("could not be written"));
  EXPECT_FALSE(fs::exists(folder / "out/checkpoint/last.ckpt"));
  for (const auto& entry : fs::recursive_directory_iterator(folder / "out")) {
    EXPECT_THAT(entry.path().filename().string(), testing::Not(testing::HasSubstr(".tmp-")));
  }
  // With room again, the same run goes on.
  const ProcessResult resumed = gradus_program({"train", "--resume", folder / "out", "--quiet"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  // And a prediction that does not fit leaves the older file.
  write_bytes(folder / "p.csv", "older predictions");
  const ProcessResult predicted = gradus_program(
      {"predict", folder / "out", "--data", folder / "good.csv", "--probabilities", "--out", folder / "p.csv"},
      [] { limit_file_size(64); });
  EXPECT_EQ(predicted.exit_code, 1);
  EXPECT_EQ(read_whole_file(folder / "p.csv"), "older predictions");
}

TEST(BadTraining, numbers_that_stop_being_finite_fail_with_one_sentence) {
  const TempDir folder;
  write_bytes(folder / "good.csv", small_csv());
  const ProcessResult result =
      gradus_program({"train", "--data", folder / "good.csv", "--optimizer", "sgd", "--lr", "1e30", "--activation",
                      "identity", "--batch", "8", "--quiet", "--out", folder / "out"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(count_lines(result.err), 1) << result.err;
  for (const char* word : {"epoch 1, batch ", "layer "}) EXPECT_THAT(result.err, testing::HasSubstr(word));
  EXPECT_TRUE(fs::exists(folder / "out/config.toml"));
  EXPECT_TRUE(fs::exists(folder / "out/checkpoint/last.ckpt"));
}

}  // namespace
}  // namespace gradus::test
