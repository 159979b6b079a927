// Where connections wait until their request's head has come: one thread looks after all of them, so that those which
// send nothing, or a byte now and then, hold up nobody who has a whole request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gradus {

class WaitingRoom {
 public:
  struct Limits {
    double seconds = 5.0;            // from entering, until the whole head has come
    std::size_t head_bytes = 16384;  // that it may have
    std::size_t connections = 256;   // that wait at a time; of more, those that came first are closed
  };
  /// Takes over the connection, whose head (up to its empty line) has come. Called by the room's thread.
  using Ready = std::function<void(int connection, std::string head)>;

  /// Throws RunError where the system gives no means to wait.
  WaitingRoom(const Limits& limits, Ready ready);
  /// Closes all who still wait.
  ~WaitingRoom();
  WaitingRoom(const WaitingRoom&) = delete;
  WaitingRoom& operator=(const WaitingRoom&) = delete;

  /// Takes over a connected socket.
  void enter(int connection);

 private:
  using Clock = std::chrono::steady_clock;
  struct Visitor {
    int connection = -1;
    Clock::time_point deadline{};
    std::string head{};
  };

  void look_after();
  /// Adds those who came; false when the room closes.
  bool let_in();
  /// Whether the visitor goes on waiting.
  bool hear(Visitor& visitor);
  [[nodiscard]] int milliseconds_to_wait() const;

  Limits limits_;
  Ready ready_;
  int bell_ = -1;  // an eventfd: somebody came, or the room closes
  std::mutex mutex_;
  std::vector<Visitor> arrivals_;  // under the mutex
  bool closing_ = false;           // under the mutex
  std::deque<Visitor> visitors_;   // the thread's own, by the time they came
  std::thread thread_;
};

}  // namespace gradus
