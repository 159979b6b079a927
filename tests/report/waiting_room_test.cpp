// The room by itself, over pairs of sockets.
// SPDX-License-Identifier: Apache-2.0
#include "report/waiting_room.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>

namespace gradus {
namespace {

class Room : public testing::Test {
 protected:
  ~Room() override {
    for (const int socket : ours_) close(socket);
  }
  void open(const WaitingRoom::Limits& limits = {.seconds = 3600.0}) {
    room_ = std::make_unique<WaitingRoom>(limits, [this](int connection, std::string head) {
      close(connection);
      const std::scoped_lock lock(mutex_);
      heads_.push_back(std::move(head));
      came_.notify_all();
    });
  }
  /// Our end of a connection that waits.
  int enter() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    room_->enter(ends[1]);
    ours_.push_back(ends[0]);
    return ends[0];
  }
  static void say(int socket, std::string_view text) {
    EXPECT_EQ(send(socket, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  /// Waits for the other side to hang up.
  static bool is_hung_up(int socket) {
    char byte = 0;
    return recv(socket, &byte, 1, 0) <= 0;
  }
  std::vector<std::string> heads(std::size_t count) {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return heads_.size() >= count; });
    return heads_;
  }

  std::unique_ptr<WaitingRoom> room_;
  std::vector<int> ours_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> heads_;
};

TEST_F(Room, a_head_in_pieces_is_handed_over_whole_and_alone) {
  open();
  const int slow = enter();
  const int quick = enter();
  for (const char c : std::string_view("GET / HTTP/1.1\r\nA: b\r\n\r")) say(slow, {&c, 1});
  say(quick, "first\r\n\r\nwhat follows");
  EXPECT_EQ(heads(1), (std::vector<std::string>{"first\r\n\r\n"}));
  say(slow, "\n");
  EXPECT_EQ(heads(2)[1], "GET / HTTP/1.1\r\nA: b\r\n\r\n");
}

TEST_F(Room, too_long_too_many_and_gone_are_closed) {
  open({.seconds = 3600.0, .head_bytes = 100, .connections = 3});
  const int long_one = enter();
  say(long_one, std::string(100, 'a'));
  EXPECT_TRUE(is_hung_up(long_one));
  const int first = enter();
  for (int i = 0; i < 3; ++i) enter();
  EXPECT_TRUE(is_hung_up(first));
  say(ours_.back(), "last\r\n\r\n");
  EXPECT_EQ(heads(1)[0], "last\r\n\r\n");
}

TEST_F(Room, time_runs_out) {
  open({.seconds = 0.05});
  EXPECT_TRUE(is_hung_up(enter()));
}

// Closing at once, while somebody comes, and while somebody speaks.
TEST_F(Room, closes_whenever_it_is_asked_to) {
  for (int i = 0; i < 2000; ++i) {
    open();
    if (i % 3 == 0) {
      room_.reset();
      continue;
    }
    const int visitor = enter();
    if (i % 3 == 1) say(visitor, "a");
    room_.reset();
    EXPECT_TRUE(is_hung_up(visitor));
    close(visitor);
    ours_.pop_back();
  }
}

}  // namespace
}  // namespace gradus
