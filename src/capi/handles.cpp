// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.hpp"

#include "training/version.hpp"

namespace gradus::capi {
namespace {

std::string& last_error() {
  thread_local std::string sentence;
  return sentence;
}

}  // namespace

gradus_status failed(gradus_status status, const char* sentence) noexcept {
  try {
    last_error() = sentence;
  } catch (...) {  // no memory for the sentence: the status alone tells
    last_error().clear();
  }
  return status;
}

void succeeded() noexcept {
  last_error().clear();
}

void require(const void* pointer, const char* what) {
  if (pointer != nullptr) return;
  throw InputError(ErrorParts{what, "a pointer", "NULL", ""});
}

std::string required_text(const char* text, const char* what) {
  require(text, what);
  return text;
}

std::size_t size_of(std::int64_t count, const char* what) {
  if (count >= 0) return static_cast<std::size_t>(count);
  throw InputError(ErrorParts{what, "a number from 0", std::to_string(count), ""});
}

std::vector<std::string> texts_of(const char* const* texts, std::int64_t count, const char* what) {
  std::vector<std::string> result;
  const std::size_t size = size_of(count, what);
  if (texts == nullptr) return result;
  result.reserve(size);
  for (std::size_t i = 0; i < size; ++i) result.push_back(required_text(texts[i], what));
  return result;
}

void give(std::string text, gradus_bytes** bytes) {
  *bytes = new gradus_bytes{std::move(text)};
}

}  // namespace gradus::capi

extern "C" {

int32_t gradus_api_version(void) {
  return GRADUS_API_VERSION;
}

const char* gradus_version(void) {
  static const std::string text = gradus::version();
  return text.c_str();
}

const char* gradus_last_error(void) {
  return gradus::capi::last_error().c_str();
}

const void* gradus_bytes_data(const gradus_bytes* bytes) {
  return bytes == nullptr ? nullptr : bytes->text.c_str();
}

size_t gradus_bytes_size(const gradus_bytes* bytes) {
  return bytes == nullptr ? 0 : bytes->text.size();
}

void gradus_bytes_free(gradus_bytes* bytes) {
  delete bytes;
}

}  // extern "C"
