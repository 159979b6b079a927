// SPDX-License-Identifier: Apache-2.0
#include "cli/published_files.hpp"

#include <array>
#include <string>
#include <vector>

#include "core/suggest.hpp"

namespace gradus::cli {
namespace {

constexpr std::array<std::string_view, 2> kMnistMirrors{"https://ossci-datasets.s3.amazonaws.com/mnist",
                                                        "https://storage.googleapis.com/cvdf-datasets/mnist"};
constexpr std::array<PublishedFile, 4> kMnistFiles{
    {{"train-images-idx3-ubyte.gz", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47040016},
     {"train-labels-idx1-ubyte.gz", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60008},
     {"t10k-images-idx3-ubyte.gz", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7840016},
     {"t10k-labels-idx1-ubyte.gz", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10008}}};

constexpr std::array<std::string_view, 1> kFashionMirrors{"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"};
constexpr std::array<PublishedFile, 4> kFashionFiles{
    {{"train-images-idx3-ubyte.gz", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888", 47040016},
     {"train-labels-idx1-ubyte.gz", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", 60008},
     {"t10k-images-idx3-ubyte.gz", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b", 7840016},
     {"t10k-labels-idx1-ubyte.gz", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34", 10008}}};

constexpr std::array<std::string_view, 1> kIrisMirrors{
    "https://archive.ics.uci.edu/ml/machine-learning-databases/iris"};
constexpr std::array<PublishedFile, 1> kIrisFiles{
    {{"iris.data", "6f608b71a7317216319b4d27b4d9bc84e6abd734eda7872b71a458569e2656c0", 4551}}};

constexpr std::array<std::string_view, 1> kDigitsMirrors{
    "https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits"};
constexpr std::array<PublishedFile, 2> kDigitsFiles{
    {{"optdigits.tra", "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd", 563639},
     {"optdigits.tes", "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8", 264712}}};

constexpr std::array<std::string_view, 1> kWineQualityMirrors{
    "https://archive.ics.uci.edu/ml/machine-learning-databases/wine-quality"};
constexpr std::array<PublishedFile, 1> kRedFiles{
    {{"winequality-red.csv", "4a402cf041b025d4566d954c3b9ba8635a3a8a01e039005d97d6a710278cf05e", 84199}}};
constexpr std::array<PublishedFile, 1> kWhiteFiles{
    {{"winequality-white.csv", "76c3f809815c17c07212622f776311faeb31e87610d52c26d87d6e361b169836", 264426}}};

constexpr std::array<PublishedSet, 6> kSets{{
    {"mnist", "mnist", kMnistMirrors, kMnistFiles},
    {"fashion-mnist", "fashion-mnist", kFashionMirrors, kFashionFiles},
    {"iris", "iris", kIrisMirrors, kIrisFiles},
    {"digits-uci", "digits-uci", kDigitsMirrors, kDigitsFiles},
    {"winequality-red", "winequality-red", kWineQualityMirrors, kRedFiles},
    {"winequality-white", "winequality-white", kWineQualityMirrors, kWhiteFiles},
}};

}  // namespace

std::span<const PublishedSet> published_sets() {
  return kSets;
}

const PublishedSet& find_published_set(std::string_view name) {
  std::vector<std::string_view> names;
  for (const PublishedSet& set : kSets) {
    if (set.name == name) return set;
    names.push_back(set.name);
  }
  throw unknown_name("data set to download", name, names);
}

}  // namespace gradus::cli
