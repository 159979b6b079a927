// SPDX-License-Identifier: Apache-2.0
#include "cli/fetch.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "data/inflate.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

// The largest published file has 26 MB packed and 47 MB unpacked; a server that sends more has something else.
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30;
constexpr long kConnectSeconds = 20;
constexpr long kStallSeconds = 30;
constexpr long kNotSatisfiable = 416;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

/// One transfer into FILE.part.
struct Transfer {
  CURL* curl = nullptr;
  std::string name;
  std::string part;
  File file;
  std::uint64_t start = 0;  // bytes that were there already
  std::uint64_t size = 0;
  bool opened = false;
  const FetchOptions* options = nullptr;
};

/// Opens the file at the first bytes, when it is known whether the server continues (206) or starts again (200).
bool open_part(Transfer& transfer) {
  long response = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &response);
  const bool continues = transfer.start > 0 && response == 206;
  if (!continues) transfer.start = 0;
  transfer.size = transfer.start;
  transfer.file.reset(std::fopen(transfer.part.c_str(), continues ? "ab" : "wb"));
  transfer.opened = true;
  return transfer.file != nullptr;
}

std::size_t on_bytes(char* bytes, std::size_t, std::size_t count, void* context) {
  Transfer& transfer = *static_cast<Transfer*>(context);
  if (!transfer.opened && !open_part(transfer)) return 0;
  if (transfer.size + count > kMaxBytes) return 0;
  transfer.size += count;
  return std::fwrite(bytes, 1, count, transfer.file.get());
}

int on_progress(void* context, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
  const Transfer& transfer = *static_cast<Transfer*>(context);
  if (transfer.options->on_progress && now > 0) {
    const auto start = static_cast<double>(transfer.start);
    transfer.options->on_progress(transfer.name, start + static_cast<double>(now),
                                  total > 0 ? start + static_cast<double>(total) : 0.0);
  }
  return 0;
}

struct Outcome {
  bool complete = false;
  bool resumed = false;
  std::string problem;
};

/// Gets `url` into `part`, continuing what is there.
Outcome download(const std::string& url, const std::string& name, const std::string& part,
                 const FetchOptions& options) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return {false, false, "libcurl does not start"};
  Transfer transfer;
  transfer.curl = curl.get();
  transfer.name = name;
  transfer.part = part;
  transfer.options = &options;
  std::error_code missing;
  const auto present = fs::file_size(part, missing);
  transfer.start = missing ? 0 : present;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
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
  const bool written = !transfer.file || std::fflush(transfer.file.get()) == 0;
  long response = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &response);
  // Nothing is left to send: the part is complete, or wrong, which the checksum tells.
  if (transfer.start > 0 && response == kNotSatisfiable) return {true, true, ""};
  if (code != CURLE_OK) return {false, false, curl_easy_strerror(code)};
  if (!written) return {false, false, std::strerror(errno)};
  return {true, transfer.start > 0, ""};
}

/// SHA-256 of the file's content, unpacked when it is gzip; what is wrong with a damaged archive otherwise.
std::string content_hash(const std::string& path) {
  try {
    const data::Bytes file = data::read_file_bytes(path, kMaxBytes);
    return sha256_hex(data::is_gzip(file) ? data::gunzip(file, path, kMaxBytes) : file);
  } catch (const InputError& error) {
    return error.what();
  }
}

/// One mirror's try, with a second one from the start when what was continued turns out wrong.
bool try_mirror(const std::string& url, const PublishedFile& file, const std::string& part, const FetchOptions& options,
                bool& resumed, std::string& problem) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Outcome outcome = download(url, std::string(file.name), part, options);
    if (!outcome.complete) {
      problem += fmt::format("{}{}: {}", problem.empty() ? "" : ", ", url, outcome.problem);
      return false;
    }
    const std::string found = content_hash(part);
    resumed = outcome.resumed;
    if (found == file.sha256) return true;
    std::error_code ignored;
    fs::remove(part, ignored);
    if (!outcome.resumed) {
      problem +=
          fmt::format("{}{}: expected SHA-256 {}, found {}", problem.empty() ? "" : ", ", url, file.sha256, found);
      return false;
    }
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
    if (content_hash(path) == file.sha256) return {path, "present"};
    if (!options.force) {
      throw InputError(ErrorParts{path, "no file or the published one", "a file of other content",
                                  "move it away, or replace it with --force"});
    }
  }
  std::vector<std::string> mirrors(set.mirrors.begin(), set.mirrors.end());
  if (!options.mirror.empty()) mirrors = {options.mirror};
  std::string problem;
  for (std::string& mirror : mirrors) {
    while (mirror.ends_with('/')) mirror.pop_back();
    bool resumed = false;
    if (!try_mirror(fmt::format("{}/{}", mirror, file.name), file, path + ".part", options, resumed, problem)) continue;
    fs::rename(path + ".part", path, error);
    if (error) throw RunError(ErrorParts{path, "a file that can be put in place", error.message(), ""});
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
