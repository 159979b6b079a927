// SPDX-License-Identifier: Apache-2.0
#include "core/folder_lock.hpp"

#include <algorithm>
#include <filesystem>
#include <new>
#include <utility>

#include "core/this_process.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = "lock";
constexpr int kAttempts = 100;

std::string lock_path_in(const std::string& folder) {
  return folder + "/" + kLockName;
}

// The outermost folder of the path that does not exist; empty where all do.
fs::path first_missing(const fs::path& folder) {
  std::error_code ignored;
  fs::path missing;
  for (fs::path path = folder; !path.empty() && !fs::exists(path, ignored); path = path.parent_path()) missing = path;
  return missing;
}

}  // namespace

FolderLock::FolderLock(std::string folder, Share share) : folder_(std::move(folder)) {
  while (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
  for (int attempt = 1; !lock_; ++attempt) {
    const fs::path missing = first_missing(folder_);
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) {
      throw RunError(folder_ + ": could not be created (" + error.message() + "); free space or choose another folder");
    }
    if (!missing.empty()) made_ = missing;
    try {
      lock_.emplace(lock_path_in(folder_), FileLock::Wait::kNo, share);
    } catch (const RunError&) {
      // Another process made the folder, put nothing into it and has just removed it.
      if (fs::exists(folder_, error) || attempt == kAttempts) throw;
    }
  }
  if (!lock_->held()) refuse();
  if (share == Share::kAlone) lock_->set_text("process " + process_number() + " on " + host_name() + "\n");
}

FolderLock::~FolderLock() {
  try {
    leave();
  } catch (const std::bad_alloc&) {
    // The lock goes with its descriptor; a file of that name, or an empty folder, hinders nobody.
  }
}

void FolderLock::leave() {
  std::error_code ignored;
  if (lock_->held() && lock_->change(Share::kAlone)) fs::remove(lock_path_in(folder_), ignored);
  if (made_.empty()) return;
  // What has something in it is not removed.
  for (fs::path path = folder_; fs::remove(path, ignored) && path != made_;) path = path.parent_path();
}

void FolderLock::share() {
  if (!lock_->change(Share::kBeside)) refuse();
  lock_->set_text("");
}

void FolderLock::refuse() const {
  std::string holder = lock_->text();
  holder.resize(std::min(holder.size(), holder.find('\n')));
  throw InputError({.where = folder_,
                    .expected = "a folder that no other process works in",
                    .found = "one in use" + (holder.empty() ? "" : " by " + holder),
                    .advice = "wait for that process or end it, or choose another folder"});
}

bool is_free_folder(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder, error))) return true;
  const fs::directory_iterator entries(folder, error);
  return !error && std::all_of(begin(entries), end(entries),
                               [](const fs::directory_entry& entry) { return entry.path().filename() == kLockName; });
}

}  // namespace gradus
