// Waiting for other processes that work on the same study: aloud, and no longer than the user wants.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/file_lock.hpp"
#include "gradus/search/study.hpp"
#include "search/sqlite.hpp"

namespace gradus {

/// Says that somebody keeps the study locked, after a second, and ends the wait when the search is to stop.
OnWait wait_aloud(const std::string& folder, const StudyRunOptions& options);

/// The lock of the one process that finishes the study; the others wait for it, since it may die. Throws Interrupted
/// when the search is to stop.
std::unique_ptr<FileLock> wait_to_finish(const std::string& folder, const StudyRunOptions& options);

}  // namespace gradus
