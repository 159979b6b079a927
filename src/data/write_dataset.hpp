// Data sets as files: .csv, .npy and .npz by the path's ending, written whole or not at all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/csv_cell.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus::data {

/// .npz keeps the parts (x_train, y_train, x_valid, ...) and the stored type; .csv (with header) and .npy (one table of
/// double) hold all rows in the order train, valid, test, the target in the last columns; `cells` is about names.
/// Throws InputError at another ending, RunError when the file cannot be written.
void write_dataset(const Dataset& dataset, const std::string& path, CsvCells cells = CsvCells::kGuarded);

}  // namespace gradus::data
