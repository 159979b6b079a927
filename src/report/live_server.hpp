// The live view's server: loopback only, a token in the address, reading only. docs/report.md has its answers,
// docs/live-view.md what it defends against.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace gradus {

struct LiveOptions {
  std::string folder;
  int port = 0;          // 0: any that is free
  bool control = false;  // whether runs may be stopped
  /// Told the folder of a run that shall stop. Only called with `control`.
  std::function<void(const std::string&)> stop_run{};
  std::string page{};              // the page without bundle
  double request_seconds = 5.0;    // within which the whole head of a request must come
  std::size_t head_bytes = 16384;  // that it may have
  std::size_t streams = 16;        // of events at a time
};

class LiveServer {
 public:
  /// Binds 127.0.0.1. Throws InputError: no such folder, a port that is taken, no page.
  explicit LiveServer(LiveOptions options);
  ~LiveServer();
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  [[nodiscard]] int port() const;
  /// "http://127.0.0.1:PORT/TOKEN/".
  [[nodiscard]] std::string address() const;
  /// Serves until stop() is called from another thread.
  void run();
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gradus
