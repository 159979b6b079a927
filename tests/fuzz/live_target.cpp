// Requests to the live view: the HTTP library reads the head, the rules judge it. TOKEN in it stands for the right
// one.
// SPDX-License-Identifier: Apache-2.0
#ifdef GRADUS_HAS_LIVE
#include "report/guarded_server.hpp"

#include "target.hpp"

namespace {

using namespace gradus;

const LiveRules kRules{.port = 8000, .token = "0123456789abcdef0123456789abcdef", .control = true};

class Conversation : public httplib::Stream {
 public:
  explicit Conversation(std::string head) : head_(std::move(head)) {}

  [[nodiscard]] bool is_readable() const override { return used_ < head_.size(); }
  [[nodiscard]] bool is_writable() const override { return true; }
  ssize_t read(char* bytes, std::size_t size) override {
    const std::size_t count = std::min(size, head_.size() - used_);
    std::copy_n(head_.data() + used_, count, bytes);
    used_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, std::size_t size) override {
    answer_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  [[nodiscard]] socket_t socket() const override { return -1; }

  [[nodiscard]] const std::string& answer() const { return answer_; }

 private:
  std::string head_;
  std::size_t used_ = 0;
  std::string answer_;
};

class Guarded : public GuardedServer {
 public:
  Guarded() : GuardedServer({}) {
    set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
      const LiveRequest head = head_of(request);
      const auto refusal = refuse_live_request(kRules, head);
      response.status = refusal ? refusal->status : 200;
      if (refusal) return HandlerResponse::Handled;
      fuzz::require(head.hosts.size() == 1 && (head.hosts[0] == "127.0.0.1:8000" || head.hosts[0] == "localhost:8000"),
                    "Host is the server's own");
      fuzz::require(request.path.starts_with("/" + kRules.token + "/"), "the path has the token");
      fuzz::require(request.method == "GET" || request.path == "/" + kRules.token + "/stop", "GET, but for stop");
      fuzz::require(head.lengths.empty() || head.lengths == std::vector<std::string>{"0"}, "there is no body");
      return HandlerResponse::Handled;
    });
  }
};

void ask(const std::string& head) {
  static Guarded server;
  Conversation conversation(head);
  server.answer(conversation);
}

}  // namespace

GRADUS_FUZZ_TARGET(live) {
  const std::string_view text = fuzz::text_of(input);
  // Nothing reaches the server that WaitingRoom does not let through.
  std::string head(text.substr(0, text.find("\r\n\r\n")));
  head += "\r\n\r\n";
  ask(head);
  const std::size_t token = head.find("TOKEN");
  if (token != std::string::npos) ask(head.replace(token, 5, kRules.token));
}
#endif  // GRADUS_HAS_LIVE
