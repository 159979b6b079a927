// The structs of the Arrow C data interface, as its specification lays them out
// (https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html), and columns read from them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/data/memory_table.hpp"

extern "C" {

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

}  // extern "C"

namespace gradus::capi {

/// Puts the rows of `array`, a struct of columns as `schema` says, behind those that `columns` has: as many columns, or
/// none yet. Notes tell what was rounded. Throws InputError for a column of a type that is no table's, and for arrays
/// that their schema does not describe.
void append_arrow(const ArrowSchema& schema, const ArrowArray& array, const std::string& where,
                  std::vector<MemoryColumn>& columns, std::vector<std::string>& notes);

}  // namespace gradus::capi
