// A TCP connection as a client that is not always polite.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>

namespace gradus::test {

class Connection {
 public:
  explicit Connection(int port, const char* address = "127.0.0.1") : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    inet_pton(AF_INET, address, &to.sin_addr);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};  // a test that hangs should fail instead
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(socket_); }

  [[nodiscard]] bool connected() const { return connected_; }
  bool send(const std::string& text) const {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// Until the other side ends, or `enough` says so.
  std::string receive(const std::function<bool(const std::string&)>& enough = {}) const {
    std::string text;
    char bytes[4096];
    for (;;) {
      const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) return text;
      text.append(bytes, static_cast<std::size_t>(got));
      if (enough && enough(text)) return text;
    }
  }

 private:
  int socket_;
  bool connected_ = false;
};

}  // namespace gradus::test
