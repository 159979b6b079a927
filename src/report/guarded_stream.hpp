// A request whose head has come whole, as the HTTP library reads it, and the connection for the answer. Nothing more is
// read of the connection than WaitingRoom has read: requests have no body here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace gradus {

class GuardedStream : public httplib::Stream {
 public:
  GuardedStream(socket_t socket, std::string head) : socket_(socket), head_(std::move(head)) {}

  [[nodiscard]] bool is_readable() const override { return used_ < head_.size(); }
  /// False too when the other side is gone.
  [[nodiscard]] bool is_writable() const override {
    char byte = 0;
    return recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0 && can_write();
  }
  ssize_t read(char* bytes, std::size_t size) override {
    const std::size_t count = std::min(size, head_.size() - used_);
    std::copy_n(head_.data() + used_, count, bytes);
    used_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, std::size_t size) override {
    if (!can_write()) return -1;
    return send(socket_, bytes, size, MSG_NOSIGNAL);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = "127.0.0.1";
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override { get_remote_ip_and_port(ip, port); }
  [[nodiscard]] socket_t socket() const override { return socket_; }

 private:
  static constexpr int kWriteMilliseconds = 5000;

  [[nodiscard]] bool can_write() const {
    pollfd descriptor{.fd = socket_, .events = POLLOUT, .revents = 0};
    return poll(&descriptor, 1, kWriteMilliseconds) > 0 && (descriptor.revents & POLLOUT) != 0;
  }

  socket_t socket_;
  std::string head_;
  std::size_t used_ = 0;
};

}  // namespace gradus
