// Which of a file's arrays are features and labels of which part, decided by their names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "data/npy.hpp"
#include "gradus/data/source.hpp"

namespace gradus::data {

/// The arrays of one part; both null: no such part. Without `y` the features are a table, or there is no target.
struct ArrayPair {
  const NamedArray* x = nullptr;
  const NamedArray* y = nullptr;
};

struct ArrayRoles {
  ArrayPair train;
  ArrayPair valid;
  ArrayPair test;
  std::vector<std::string> notes;  // guesses, and arrays that are left out
};

/// What `options.feature_array` and `options.label_array` name; else arrays of usual names (x_train and y_train, images
/// and labels, X and y, ...); else numpy.savez's arr_0 and arr_1; else the only array, where no other one could hold
/// its labels. Throws InputError listing the names when it is none of these: no array is the target because it is the
/// one that could be read.
ArrayRoles find_roles(const std::vector<NamedArray>& arrays, const SourceOptions& options, const std::string& file);

/// The one array of `arrays` that holds features (`labels` false) or labels: the only one, or the only one of such a
/// name. Throws InputError listing the names when there is none.
const NamedArray& only_array(const std::vector<NamedArray>& arrays, bool labels, const SourceOptions& options,
                             const std::string& file);

}  // namespace gradus::data
