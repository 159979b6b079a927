// SPDX-License-Identifier: Apache-2.0
#include "report/waiting_room.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

void hang_up(int connection) {
  shutdown(connection, SHUT_RDWR);
  close(connection);
}

void ring(int bell) {
  const std::uint64_t one = 1;
  // It can only fail when it rings already.
  [[maybe_unused]] const ssize_t written = write(bell, &one, sizeof one);
}

}  // namespace

WaitingRoom::WaitingRoom(const Limits& limits, Ready ready)
    : limits_(limits), ready_(std::move(ready)), bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (bell_ < 0) throw RunError("gradus serve: the system gave no means to wait for connections");
  thread_ = std::thread([this] { look_after(); });
}

WaitingRoom::~WaitingRoom() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  ring(bell_);
  thread_.join();
  for (const Visitor& visitor : visitors_) hang_up(visitor.connection);
  for (const Visitor& visitor : arrivals_) hang_up(visitor.connection);
  close(bell_);
}

void WaitingRoom::enter(int connection) {
  const auto patience = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits_.seconds));
  {
    const std::scoped_lock lock(mutex_);
    arrivals_.push_back({.connection = connection, .deadline = Clock::now() + patience});
  }
  ring(bell_);
}

bool WaitingRoom::let_in() {
  // The bell before what it was rung for: a ring that comes later is heard by the next poll.
  std::uint64_t rung = 0;
  [[maybe_unused]] const ssize_t heard = read(bell_, &rung, sizeof rung);
  const std::scoped_lock lock(mutex_);
  for (Visitor& visitor : arrivals_) visitors_.push_back(std::move(visitor));
  arrivals_.clear();
  return !closing_;
}

bool WaitingRoom::hear(Visitor& visitor) {
  char bytes[1024];
  for (;;) {
    const std::size_t room = limits_.head_bytes - visitor.head.size();
    const ssize_t got = room == 0 ? 0 : recv(visitor.connection, bytes, std::min(sizeof bytes, room), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (got <= 0) {
      hang_up(visitor.connection);
      return false;
    }
    const std::size_t from = visitor.head.size() - std::min(visitor.head.size(), kEndOfHead.size() - 1);
    visitor.head.append(bytes, static_cast<std::size_t>(got));
    const std::size_t end = visitor.head.find(kEndOfHead, from);
    if (end == std::string::npos) continue;
    visitor.head.resize(end + kEndOfHead.size());
    ready_(visitor.connection, std::move(visitor.head));
    return false;
  }
}

int WaitingRoom::milliseconds_to_wait() const {
  if (visitors_.empty()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(visitors_.front().deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
}

void WaitingRoom::look_after() {
  std::vector<pollfd> watched;
  for (;;) {
    watched.assign(1, {.fd = bell_, .events = POLLIN, .revents = 0});
    for (const Visitor& visitor : visitors_) {
      watched.push_back({.fd = visitor.connection, .events = POLLIN, .revents = 0});
    }
    if (poll(watched.data(), watched.size(), milliseconds_to_wait()) < 0 && errno != EINTR && errno != EAGAIN) return;
    const std::size_t heard = visitors_.size();
    if (!let_in()) return;
    std::deque<Visitor> staying;
    const Clock::time_point now = Clock::now();
    for (std::size_t i = 0; i < visitors_.size(); ++i) {
      Visitor& visitor = visitors_[i];
      if (i < heard && watched[i + 1].revents != 0 && !hear(visitor)) continue;
      if (now >= visitor.deadline) {
        hang_up(visitor.connection);
      } else {
        staying.push_back(std::move(visitor));
      }
    }
    visitors_ = std::move(staying);
    for (; visitors_.size() > limits_.connections; visitors_.pop_front()) hang_up(visitors_.front().connection);
  }
}

}  // namespace gradus
