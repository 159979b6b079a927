// A connection whose request must come whole within a time and a size. The library waits for every single read by
// itself and gathers lines without a limit; a request that trickles or never ends would hold a thread and grow for
// ever.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>

namespace gradus {

class GuardedStream : public httplib::Stream {
 public:
  GuardedStream(socket_t socket, double request_seconds, std::size_t request_bytes)
      : socket_(socket),
        deadline_(Clock::now() +
                  std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(request_seconds))),
        budget_(request_bytes) {}

  [[nodiscard]] bool is_readable() const override { return wait_for(POLLIN, milliseconds_left()); }
  /// False too when the other side is gone.
  [[nodiscard]] bool is_writable() const override {
    char byte = 0;
    return recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0 && wait_for(POLLOUT, kWriteMilliseconds);
  }
  ssize_t read(char* bytes, std::size_t size) override {
    if (budget_ == 0 || !is_readable()) return -1;
    // The library reads byte by byte; asking the system for each would be slow.
    if (used_ == filled_) {
      const ssize_t got = recv(socket_, buffer_, std::min(sizeof buffer_, budget_), 0);
      if (got <= 0) return got;
      used_ = 0;
      filled_ = static_cast<std::size_t>(got);
    }
    const std::size_t count = std::min({size, filled_ - used_, budget_});
    std::copy_n(buffer_ + used_, count, bytes);
    used_ += count;
    budget_ -= count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, std::size_t size) override {
    if (!wait_for(POLLOUT, kWriteMilliseconds)) return -1;
    return send(socket_, bytes, size, MSG_NOSIGNAL);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = "127.0.0.1";
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override { get_remote_ip_and_port(ip, port); }
  [[nodiscard]] socket_t socket() const override { return socket_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int kWriteMilliseconds = 5000;

  [[nodiscard]] int milliseconds_left() const {
    if (used_ < filled_) return 0;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    return static_cast<int>(std::max<long long>(0, left));
  }
  [[nodiscard]] bool wait_for(short event, int milliseconds) const {
    if (event == POLLIN && used_ < filled_) return true;
    pollfd descriptor{.fd = socket_, .events = event, .revents = 0};
    return poll(&descriptor, 1, milliseconds) > 0 && (descriptor.revents & event) != 0;
  }

  socket_t socket_;
  Clock::time_point deadline_;
  std::size_t budget_;
  char buffer_[1024] = {};
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace gradus
