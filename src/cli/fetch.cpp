// SPDX-License-Identifier: Apache-2.0
#include "cli/fetch.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>

#include "cli/part_file.hpp"
#include "data/inflate.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

// A server that trickles is left after this time, or what the file takes at so many bytes a second.
constexpr double kLeastDeadline = 60.0;
constexpr double kSlowLine = 50e3;
constexpr long kConnectSeconds = 20;
constexpr long kStallSeconds = 30;
constexpr long kNotSatisfiable = 416;

/// Packed, a file may have a little more than its bytes: what cannot be packed gets some of gzip's own.
std::uint64_t most_bytes(const PublishedFile& file) {
  return file.name.ends_with(".gz") ? file.size + file.size / 100 + 4096 : file.size;
}

/// One transfer into FILE.part.
struct Transfer {
  CURL* curl = nullptr;
  const PublishedFile& file;
  PartFile& part;
  const FetchOptions& options;
  std::uint64_t start = 0;  // bytes that were there already
  bool begun = false;
  bool too_long = false;
  std::string problem{};
};

/// At the first bytes it is known whether the server continues (206) or starts again (200).
bool begin_part(Transfer& transfer) {
  long response = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &response);
  transfer.begun = true;
  if (transfer.start > 0 && response == 206) return true;
  transfer.start = 0;
  return transfer.part.restart();
}

std::size_t on_bytes(char* bytes, std::size_t, std::size_t count, void* context) {
  Transfer& transfer = *static_cast<Transfer*>(context);
  bool written = transfer.begun || begin_part(transfer);
  if (transfer.part.size() + count > most_bytes(transfer.file)) {
    transfer.too_long = true;
    return 0;
  }
  written = written && transfer.part.append(std::as_bytes(std::span(bytes, count)));
  if (!written) transfer.problem = std::strerror(errno);
  return written ? count : 0;
}

int on_progress(void* context, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
  const Transfer& transfer = *static_cast<Transfer*>(context);
  if (transfer.options.on_progress && now > 0) {
    const auto start = static_cast<double>(transfer.start);
    transfer.options.on_progress(std::string(transfer.file.name), start + static_cast<double>(now),
                                 total > 0 ? start + static_cast<double>(total) : 0.0);
  }
  return 0;
}

long deadline_milliseconds(const PublishedFile& file, const FetchOptions& options) {
  const double seconds = options.deadline_seconds > 0.0
                             ? options.deadline_seconds
                             : std::max(kLeastDeadline, static_cast<double>(file.size) / kSlowLine);
  return static_cast<long>(1000.0 * seconds);
}

struct Outcome {
  bool complete = false;
  bool resumed = false;
  std::string problem;
};

/// Gets `url` into `part`, continuing what is there.
Outcome download(const std::string& url, const PublishedFile& file, PartFile& part, const FetchOptions& options) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return {false, false, "libcurl does not start"};
  if (part.size() > most_bytes(file)) part.restart();
  Transfer transfer{.curl = curl.get(), .file = file, .part = part, .options = options, .start = part.size()};
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, deadline_milliseconds(file, options));
  curl_easy_setopt(curl.get(), CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(most_bytes(file)));
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_LIMIT, 100L);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_TIME, kStallSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &transfer);
  // A plain Range header rather than CURLOPT_RESUME_FROM, which fails when the server starts again from 0.
  const std::string range = fmt::format("{}-", transfer.start);
  if (transfer.start > 0) curl_easy_setopt(curl.get(), CURLOPT_RANGE, range.c_str());
  const CURLcode code = curl_easy_perform(curl.get());
  long response = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &response);
  // Nothing is left to send, or too much: the part is complete, or wrong, which the checksum tells.
  if (transfer.start > 0 && response == kNotSatisfiable) return {true, true, ""};
  const bool too_long = transfer.too_long || code == CURLE_FILESIZE_EXCEEDED;
  if (too_long && transfer.start > 0) return {true, true, ""};
  if (too_long) part.restart();
  if (too_long) return {false, false, "more bytes than the published file has"};
  if (!transfer.problem.empty()) return {false, false, transfer.problem};
  if (code != CURLE_OK) return {false, false, curl_easy_strerror(code)};
  return {true, transfer.start > 0, ""};
}

/// Empty where `stored` holds the published bytes, packed or not; else what it holds.
std::string difference(const data::Bytes& stored, const PublishedFile& file, const std::string& path) {
  try {
    const bool packed = data::is_gzip(stored);
    const data::Bytes unpacked = packed ? data::gunzip(stored, path, file.size) : data::Bytes();
    const data::Bytes& bytes = packed ? unpacked : stored;
    if (bytes.size() != file.size) return fmt::format("{} bytes", bytes.size());
    const std::string hash = sha256_hex(bytes);
    return hash == file.sha256 ? "" : "SHA-256 " + hash;
  } catch (const InputError& error) {
    return error.what();
  }
}

/// Whether the file that stands at `path` is the published one.
bool is_published(const std::string& path, const PublishedFile& file) {
  try {
    return difference(data::read_file_bytes(path, most_bytes(file)), file, path).empty();
  } catch (const InputError&) {
    return false;  // too large, or no file
  }
}

/// One mirror's try, with a second one from the start when what was continued turns out wrong.
bool try_mirror(const std::string& url, const PublishedFile& file, PartFile& part, const FetchOptions& options,
                bool& resumed, std::string& problem) {
  const auto add_problem = [&](const std::string& sentence) {
    problem += fmt::format("{}{}: {}", problem.empty() ? "" : ", ", url, sentence);
  };
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Outcome outcome = download(url, file, part, options);
    if (!outcome.complete) {
      add_problem(outcome.problem);
      return false;
    }
    const std::string found = difference(part.read_all(), file, std::string(file.name));
    resumed = outcome.resumed;
    if (found.empty()) return true;
    part.restart();
    if (outcome.resumed) continue;
    add_problem(fmt::format("expected {} bytes with SHA-256 {}, found {}", file.size, file.sha256, found));
    return false;
  }
  return false;
}

FetchedFile fetch_file(const PublishedSet& set, const PublishedFile& file, const FetchOptions& options) {
  const fs::path folder = fs::path(options.data_folder) / set.folder;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw RunError(ErrorParts{folder.string(), "a folder that can be made", error.message(), ""});
  const std::string path = (folder / file.name).string();
  if (fs::exists(path, error)) {
    if (is_published(path, file)) return {path, "present"};
    if (!options.force) {
      throw InputError(ErrorParts{path, "no file or the published one", "a file of other content",
                                  "move it away, or replace it with --force"});
    }
  }
  std::vector<std::string> mirrors(set.mirrors.begin(), set.mirrors.end());
  if (!options.mirror.empty()) mirrors = {options.mirror};
  std::string problem;
  PartFile part(path + ".part");
  for (std::string& mirror : mirrors) {
    while (mirror.ends_with('/')) mirror.pop_back();
    bool resumed = false;
    if (!try_mirror(fmt::format("{}/{}", mirror, file.name), file, part, options, resumed, problem)) continue;
    part.put_in_place(path);
    return {path, resumed ? "resumed" : "downloaded"};
  }
  throw RunError(
      ErrorParts{path, "the published file from a mirror", problem, "try again to continue, or use --mirror"});
}

}  // namespace

std::vector<FetchedFile> fetch_set(const PublishedSet& set, const FetchOptions& options) {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kStarted != CURLE_OK) throw RunError("libcurl does not start; check its installation");
  std::vector<FetchedFile> files;
  for (const PublishedFile& file : set.files) files.push_back(fetch_file(set, file, options));
  return files;
}

}  // namespace gradus::cli
