// What stands behind the handles of gradus.h, and how exceptions become a status.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "gradus.h"
#include "gradus/core/error.hpp"
#include "gradus/data/memory_table.hpp"
#include "gradus/model/model_file.hpp"
#include "gradus/training/predictor.hpp"
#include "gradus/training/run_record.hpp"

struct gradus_bytes {
  std::string text;
};

struct gradus_data {
  gradus::MemoryTable table;
  std::vector<std::int32_t> labels;  // of ClassTargets, which refer to it
  gradus::Matrix<double> values;     // of the other targets
  std::vector<std::string> notes;
};

struct gradus_model {
  explicit gradus_model(gradus::Model given) : model(std::move(given)) {}

  const gradus::Model model;
  // Idle ones, for single rows: a call takes one and brings it back.
  mutable std::mutex mutex;
  mutable std::vector<std::unique_ptr<gradus::Predictor>> predictors;
};

struct gradus_run {
  gradus::RunRecord record;
  std::vector<std::string> notes;
};

namespace gradus::capi {

/// Keeps `sentence` as the reason of this thread's last call and gives `status`.
gradus_status failed(gradus_status status, const char* sentence) noexcept;
/// Forgets it.
void succeeded() noexcept;

/// work(), whose exceptions become a status and a sentence.
template <class Work>
gradus_status guarded(const Work& work) noexcept {
  try {
    work();
    succeeded();
    return GRADUS_OK;
  } catch (const InputError& error) {
    return failed(GRADUS_INVALID, error.what());
  } catch (const Interrupted& error) {
    return failed(GRADUS_STOPPED, error.what());
  } catch (const std::bad_alloc&) {
    return failed(GRADUS_FAILED, "there is not enough memory");
  } catch (const std::exception& error) {
    return failed(GRADUS_FAILED, error.what());
  } catch (...) {
    return failed(GRADUS_FAILED, "an unknown error");
  }
}

/// Throws InputError where an argument that must not be NULL is.
void require(const void* pointer, const char* what);
/// UTF-8 text of an argument that must not be NULL.
std::string required_text(const char* text, const char* what);
/// `count` texts; none where `texts` is NULL. Throws InputError for a NULL among them and for a negative count.
std::vector<std::string> texts_of(const char* const* texts, std::int64_t count, const char* what);
/// `count` as a size. Throws InputError where it is negative.
std::size_t size_of(std::int64_t count, const char* what);
void give(std::string text, gradus_bytes** bytes);

}  // namespace gradus::capi
