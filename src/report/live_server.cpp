// SPDX-License-Identifier: Apache-2.0
#include "report/live_server.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include "gradus/core/error.hpp"
#include "gradus/report/report.hpp"
#include "report/guarded_server.hpp"
#include "report/live_folder.hpp"
#include "report/live_guard.hpp"
#include "report/run_records.hpp"
#include "report/run_watch.hpp"

namespace gradus {
namespace {

constexpr auto kPollTime = std::chrono::milliseconds(150);
constexpr auto kHeartbeat = std::chrono::seconds(10);
constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kJson = "application/json";

void answer(httplib::Response& response, int status, const std::string& text, const char* type = kText) {
  response.status = status;
  response.set_content(status == 200 ? text : text + "\n", type);
}

std::size_t number_in(const std::string& text) {
  return text.empty() || text.find_first_not_of("0123456789") != std::string::npos
             ? 0
             : std::strtoull(text.c_str(), nullptr, 10);
}

}  // namespace

class LiveServer::Impl {
 public:
  explicit Impl(LiveOptions options)
      : options_(std::move(options)),
        folder_(options_.folder, options_.control),
        server_({.seconds = options_.request_seconds, .head_bytes = options_.head_bytes}) {
    rules_ = {.port = 0, .token = make_live_token(), .control = options_.control};
    page_ = fill_page(options_.page, folder_.page_bundle());
    server_.set_keep_alive_max_count(1);
    // Not the library's own choice, SO_REUSEPORT: it would let a second server of the same user share the port.
    server_.set_socket_options([](socket_t listener) {
      const int yes = 1;
      setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.set_default_headers({{"Content-Security-Policy", content_security_policy(options_.page)},
                                 {"X-Content-Type-Options", "nosniff"},
                                 {"X-Frame-Options", "DENY"},
                                 {"Referrer-Policy", "no-referrer"},
                                 {"Cross-Origin-Resource-Policy", "same-origin"},
                                 {"Cross-Origin-Opener-Policy", "same-origin"},
                                 {"Cache-Control", "no-store"}});
    server_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      serve(request, response);
      return httplib::Server::HandlerResponse::Handled;
    });
    bind();
  }

  void run() {
    serving_ = true;
    if (!stopping_) server_.listen_after_bind();
    serving_ = false;
  }
  // The library ignores a stop that comes before its loop has begun.
  void stop() {
    stopping_ = true;
    for (bool told = false; serving_; std::this_thread::sleep_for(kPollTime / 10)) {
      if (told || !server_.is_running()) continue;
      server_.stop();
      told = true;
    }
  }
  [[nodiscard]] int port() const { return rules_.port; }
  [[nodiscard]] std::string address() const {
    return "http://127.0.0.1:" + std::to_string(rules_.port) + "/" + rules_.token + "/";
  }

 private:
  void bind() {
    const std::string host = "127.0.0.1";
    rules_.port = options_.port == 0                          ? server_.bind_to_any_port(host)
                  : server_.bind_to_port(host, options_.port) ? options_.port
                                                              : -1;
    server_.widen_queue();
    if (rules_.port > 0) return;
    throw InputError({.where = "--port",
                      .expected = "a port that is free",
                      .found = std::to_string(options_.port),
                      .advice = "choose another one, or 0 for any"});
  }

  void serve(const httplib::Request& request, httplib::Response& response) {
    if (const auto refusal = refuse_live_request(rules_, head_of(request))) {
      answer(response, refusal->status, refusal->sentence);
      return;
    }
    try {
      respond(*live_resource(rules_, request.path), request, response);
    } catch (const std::exception&) {
      // What went wrong may name paths of this machine, which are nobody's business.
      answer(response, 500, "the records could not be read");
    }
  }

  void respond(const std::string& resource, const httplib::Request& request, httplib::Response& response) {
    if (resource.empty()) return answer(response, 200, page_, "text/html; charset=utf-8");
    if (resource == "runs") return answer(response, 200, folder_.list_json(), kJson);
    if (resource == "data") return send_data(request, response);
    if (resource == "events") return send_events(request, response);
    if (resource == "stop" && rules_.control) return stop_run(request, response);
    answer(response, 404, "there is no such address");
  }

  void send_data(const httplib::Request& request, httplib::Response& response) {
    const std::size_t count = request.get_param_value_count("run");
    if (count == 0 || count > LiveFolder::kMaxInBundle)
      return answer(response, 400, "data takes run=NAME, 1 to 20 times");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(request.get_param_value("run", i));
    const std::optional<std::string> bundle = folder_.bundle(names);
    if (!bundle) return answer(response, 404, "there is no such run");
    answer(response, 200, *bundle, kJson);
  }

  std::optional<RecordFolder> named_run(const httplib::Request& request, httplib::Response& response) {
    std::optional<RecordFolder> run = folder_.find(request.get_param_value("run"));
    if (!run) answer(response, 404, "there is no such run");
    return run;
  }

  void stop_run(const httplib::Request& request, httplib::Response& response) {
    const std::optional<RecordFolder> run = named_run(request, response);
    if (!run) return;
    if (run_state(*run) != "running") return answer(response, 409, "this run is not running");
    options_.stop_run(run->path);
    answer(response, 202, "asked to stop");
  }

  void send_events(const httplib::Request& request, httplib::Response& response) {
    const std::optional<RecordFolder> run = named_run(request, response);
    if (!run) return;
    if (streams_.fetch_add(1) >= options_.streams) {
      --streams_;
      return answer(response, 503, "too many pages are watching");
    }
    const std::string last = request.get_header_value("Last-Event-ID");
    const auto watch =
        std::make_shared<RunWatch>(*run, number_in(last.empty() ? request.get_param_value("after") : last));
    const auto quiet_since = std::make_shared<std::chrono::steady_clock::time_point>(std::chrono::steady_clock::now());
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, watch, quiet_since](std::size_t /*offset*/, httplib::DataSink& sink) {
          return send_next(*watch, *quiet_since, sink);
        },
        [this](bool /*success*/) { --streams_; });
  }

  // Waits until something happened or the heartbeat is due, by which a page that is gone is noticed.
  bool send_next(RunWatch& watch, std::chrono::steady_clock::time_point& quiet_since, httplib::DataSink& sink) {
    while (!stopping_ && sink.is_writable()) {
      std::string events = watch.poll();
      const auto now = std::chrono::steady_clock::now();
      if (events.empty() && now - quiet_since > kHeartbeat) events = ": still here\n\n";
      if (!events.empty()) {
        quiet_since = now;
        if (!sink.write(events.data(), events.size())) return false;
        if (watch.ended()) sink.done();
        return true;
      }
      std::this_thread::sleep_for(kPollTime);
    }
    return false;
  }

  LiveOptions options_;
  LiveRules rules_;
  LiveFolder folder_;
  std::string page_;
  GuardedServer server_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> serving_{false};
  std::atomic<std::size_t> streams_{0};
};

LiveServer::LiveServer(LiveOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
LiveServer::~LiveServer() = default;
int LiveServer::port() const {
  return impl_->port();
}
std::string LiveServer::address() const {
  return impl_->address();
}
void LiveServer::run() {
  impl_->run();
}
void LiveServer::stop() {
  impl_->stop();
}

}  // namespace gradus
