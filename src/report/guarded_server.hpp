// The HTTP library's server with one request to a connection, which has come whole before a thread is given to it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "report/guarded_stream.hpp"
#include "report/live_guard.hpp"
#include "report/waiting_room.hpp"

namespace gradus {

/// The head as the rules look at it.
inline LiveRequest head_of(const httplib::Request& request) {
  const auto values = [&request](const char* name) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < request.get_header_value_count(name); ++i) {
      all.push_back(request.get_header_value(name, i));
    }
    return all;
  };
  return {.method = request.method,
          .path = request.path,
          .hosts = values("Host"),
          .origins = values("Origin"),
          .lengths = values("Content-Length"),
          .fetch_site = request.get_header_value("Sec-Fetch-Site"),
          .has_encoding = request.has_header("Transfer-Encoding"),
          .has_range = request.has_header("Range")};
}

class GuardedServer : public httplib::Server {
 public:
  explicit GuardedServer(const WaitingRoom::Limits& limits) {
    new_task_queue = [this, limits] {
      workers_ = std::make_unique<httplib::ThreadPool>(kThreads);
      room_ = std::make_unique<WaitingRoom>(limits, [this](int connection, std::string head) {
        workers_->enqueue([this, connection, head = std::move(head)]() mutable {
          GuardedStream stream(connection, std::move(head));
          answer(stream);
          shutdown(connection, SHUT_RDWR);
          close(connection);
        });
      });
      return new Entrance(*this);
    };
  }

  /// Once it is bound: the library lets five connections queue, and the system makes the next ones wait for a second.
  void widen_queue() { ::listen(svr_sock_, kQueue); }

  /// Reads one request from `stream` and answers it.
  void answer(httplib::Stream& stream) {
    bool closed = false;
    process_request(stream, true, closed, nullptr);
  }

 private:
  static constexpr std::size_t kThreads = 32;
  static constexpr int kQueue = 512;

  // What the library does with a connection, it does at once: it only enters the waiting room.
  class Entrance : public httplib::TaskQueue {
   public:
    explicit Entrance(GuardedServer& server) : server_(server) {}
    void enqueue(std::function<void()> task) override { task(); }
    void shutdown() override {
      server_.room_.reset();
      server_.workers_->shutdown();
    }

   private:
    GuardedServer& server_;
  };

  bool process_and_close_socket(socket_t connection) override {
    room_->enter(connection);
    return true;
  }

  std::unique_ptr<httplib::ThreadPool> workers_;
  std::unique_ptr<WaitingRoom> room_;
};

}  // namespace gradus
