// The live view's server over real sockets, line by line of docs/live-view.md.
// SPDX-License-Identifier: Apache-2.0
#ifdef GRADUS_HAS_LIVE
#include <gmock/gmock.h>
#include <fstream>

#include "report/live_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "gradus/core/error.hpp"
#include "report/sample_run.hpp"
#include "support/connection.hpp"
#include "support/paths.hpp"

namespace gradus {
namespace {

using nlohmann::json;
using test::Connection;
using test::TempDir;
using testing::HasSubstr;
using testing::Not;

class Live : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(root_); }
  void TearDown() override {
    if (!server_) return;
    server_->stop();
    thread_.join();
  }
  void start(LiveOptions options = {}) {
    options.folder = root_;
    options.page = test::kPage;
    server_.emplace(std::move(options));
    const std::string address = server_->address();
    const std::size_t slash = address.find('/', 7);
    path_ = address.substr(slash);
    thread_ = std::thread([this] { server_->run(); });
  }
  [[nodiscard]] std::string head(const std::string& resource, const std::string& method = "GET",
                                 const std::string& more = "") const {
    return method + " " + path_ + resource + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) +
           "\r\n" + more + "\r\n";
  }
  std::string ask(const std::string& resource, const std::string& method = "GET", const std::string& more = "") {
    const Connection connection(server_->port());
    connection.send(head(resource, method, more));
    return connection.receive();
  }
  json ask_json(const std::string& resource) {
    const std::string answer = ask(resource);
    EXPECT_EQ(status(answer), 200) << answer;
    return json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
  }
  static int status(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
  }
  void make_run(const std::string& name, const std::string& metrics = "{\"epoch\": 1}\n") const {
    std::filesystem::create_directories(root_ + "/" + name);
    test::write_whole_file(root_ + "/" + name + "/config.toml", "[training]\nepochs = 9\n");
    test::write_whole_file(root_ + "/" + name + "/metrics.jsonl", metrics);
  }

  TempDir temp_;
  std::string root_ = temp_ / "runs";
  std::optional<LiveServer> server_;
  std::thread thread_;
  std::string path_;
};

TEST_F(Live, the_page_the_list_and_the_data_are_served) {
  test::write_sample_run(root_ + "/moons");
  make_run("group/other");
  start();
  const std::string page = ask("");
  EXPECT_EQ(status(page), 200);
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'none'"));
  EXPECT_EQ(test::data_of(page)["live"], true);
  EXPECT_EQ(test::data_of(page)["control"], false);
  const json list = ask_json("runs");
  EXPECT_EQ(list["folder"], "runs");
  ASSERT_EQ(list["runs"].size(), 2U);
  for (const json& entry : list["runs"]) {
    const bool is_moons = entry["name"] == "moons";
    EXPECT_TRUE(is_moons || entry["name"] == "group/other");
    EXPECT_EQ(entry["kind"], "run");
    EXPECT_EQ(entry["state"], is_moons ? "complete" : "running");
    EXPECT_EQ(entry["epoch"], is_moons ? 2 : 1);
    EXPECT_EQ(entry["epochs"], is_moons ? 2 : 9);
  }
  const json bundle = ask_json("data?run=moons&run=group%2Fother");
  EXPECT_EQ(bundle["runs"].size(), 2U);
  EXPECT_EQ(bundle["runs"][0]["summary"]["epochs"], 2);
}

TEST_F(Live, a_running_run_is_followed) {
  make_run("run");
  start();
  const Connection connection(server_->port());
  connection.send(head("events?run=run"));
  const auto shows = [](const std::string& what) {
    return [what](const std::string& text) { return text.find(what) != std::string::npos; };
  };
  EXPECT_THAT(connection.receive(shows("\"epoch\":1")), HasSubstr("text/event-stream"));
  std::ofstream(root_ + "/run/metrics.jsonl", std::ios::app) << "{\"epoch\": 2}\n";
  EXPECT_THAT(connection.receive(shows("\"epoch\":2")), HasSubstr("\"epoch\":2"));
  test::write_whole_file(root_ + "/run/summary.json", "{}");
  EXPECT_THAT(connection.receive(), HasSubstr("complete"));  // and the stream ends by itself
}

TEST_F(Live, listens_on_loopback_only) {
  start();
  EXPECT_TRUE(Connection(server_->port()).connected());
  ifaddrs* list = nullptr;
  ASSERT_EQ(getifaddrs(&list), 0);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr, text, sizeof text);
    if (std::string(text).starts_with("127.")) continue;
    EXPECT_FALSE(Connection(server_->port(), text).connected()) << text;
  }
  freeifaddrs(list);
}

TEST_F(Live, a_path_outside_is_not_a_name) {
  make_run("run");
  std::filesystem::create_directories(temp_ / "secret");
  test::write_whole_file(temp_ / "secret/config.toml", "");
  test::write_whole_file(temp_ / "secret/metrics.jsonl", "{\"epoch\": 77}\n");
  start();
  for (const std::string name : {"../secret", "..%2Fsecret", "run/../../secret", "%2e%2e/secret", "/etc", "run/",
                                 "./run", "", "run%00", "..", "....//secret", "runs/../../secret", "%5c..%5csecret"}) {
    EXPECT_EQ(status(ask("data?run=" + name)), 404) << name;
    EXPECT_EQ(status(ask("events?run=" + name)), 404) << name;
  }
  EXPECT_EQ(status(ask("data?run=" + temp_.path().string() + "/secret")), 404);
  EXPECT_EQ(status(ask("../secret/metrics.jsonl")), 404);
  EXPECT_EQ(status(ask("run/metrics.jsonl")), 404);
}

TEST_F(Live, links_lead_nowhere) {
  std::filesystem::create_directories(temp_ / "secret");
  test::write_whole_file(temp_ / "secret/config.toml", "");
  test::write_whole_file(temp_ / "secret/metrics.jsonl", "{\"epoch\": 77}\n");
  make_run("run");
  std::filesystem::create_directory_symlink(temp_ / "secret", root_ + "/linked");
  std::filesystem::remove(root_ + "/run/metrics.jsonl");
  std::filesystem::create_symlink(temp_ / "secret/metrics.jsonl", root_ + "/run/metrics.jsonl");
  std::filesystem::create_symlink(temp_ / "secret/metrics.jsonl", root_ + "/run/certificate.json");
  start();
  const json list = ask_json("runs")["runs"];
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["name"], "run");
  EXPECT_EQ(list[0]["epoch"], 0);
  EXPECT_TRUE(list[0]["last"].is_null());
  EXPECT_EQ(status(ask("data?run=linked")), 404);
  const json run = ask_json("data?run=run")["runs"][0];
  EXPECT_TRUE(run["metrics"].empty());
  EXPECT_TRUE(run["certificate"].is_null());
  EXPECT_EQ(run["problems"].size(), 2U);
}

TEST_F(Live, errors_tell_no_paths) {
  make_run("run", "{\"epo");
  test::write_whole_file(root_ + "/run/config.toml", "no toml [");
  test::write_whole_file(root_ + "/run/summary.json", "[");
  std::filesystem::create_directories(root_ + "/study");
  test::write_whole_file(root_ + "/study/study.sqlite", "not a database, but long enough to look like one");
  start();
  std::string answers = ask("runs") + ask("data?run=run") + ask("data?run=study") + ask("events?run=none") + ask("x");
  EXPECT_THAT(answers, HasSubstr("config.toml:1"));
  EXPECT_EQ(status(ask("data?run=study")), 500);
  EXPECT_THAT(answers, Not(HasSubstr(temp_.path().string())));
  EXPECT_THAT(answers, Not(HasSubstr(temp_.path().filename().string())));
}

TEST_F(Live, wrong_addresses_hosts_and_origins_are_refused_over_the_wire) {
  make_run("run");
  start();
  const std::string port = std::to_string(server_->port());
  const auto raw = [&](const std::string& text) {
    const Connection connection(server_->port());
    connection.send(text);
    return connection.receive();
  };
  const std::string bad_token = raw("GET /0123456789abcdef0123456789abcdef/runs HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(status(bad_token), 403);
  EXPECT_THAT(bad_token, Not(HasSubstr(path_)));
  EXPECT_EQ(status(raw("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")), 403);
  EXPECT_EQ(status(raw("GET " + path_ + "runs HTTP/1.1\r\nHost: evil.example:" + port + "\r\n\r\n")), 403);
  EXPECT_EQ(status(raw("GET " + path_ + "runs HTTP/1.1\r\n\r\n")), 403);
  EXPECT_EQ(status(raw("GET " + path_ + "runs HTTP/1.1\r\nHost: localhost:1\r\n\r\n")), 403);
  EXPECT_EQ(status(raw("GET " + path_ + "runs HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n")), 200);
  const std::string host = "Host: 127.0.0.1:" + port + "\r\n";
  EXPECT_EQ(status(raw("GET " + path_ + "runs HTTP/1.1\r\n" + host + host + "\r\n")), 403);
  EXPECT_EQ(status(ask("runs", "GET", "Content-Length: 0\r\nContent-Length: 0\r\n")), 400);
  EXPECT_EQ(status(ask("runs", "GET", "Content-Length: 0\r\nContent-Length: 5\r\n")), 400);
  EXPECT_EQ(status(ask("runs", "GET", "Transfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(status(ask("runs", "GET", "Origin: http://evil.example\r\n")), 403);
  EXPECT_EQ(status(ask("runs", "GET", "Origin: http://127.0.0.1:" + port + "\r\n")), 200);
  EXPECT_EQ(status(ask("runs", "POST", "Content-Length: 0\r\n")), 405);
  EXPECT_EQ(status(ask("runs", "DELETE")), 405);
  EXPECT_EQ(status(ask("stop?run=run", "POST", "Origin: http://127.0.0.1:" + port + "\r\nContent-Length: 0\r\n")), 405);
  EXPECT_EQ(status(ask("stop?run=run")), 404);
}

TEST_F(Live, with_control_a_run_is_asked_to_stop) {
  make_run("run");
  make_run("done");
  test::write_whole_file(root_ + "/done/summary.json", "{}");
  std::string stopped;
  start({.folder = {}, .control = true, .stop_run = [&](const std::string& folder) { stopped = folder; }});
  const std::string origin =
      "Origin: http://127.0.0.1:" + std::to_string(server_->port()) + "\r\nContent-Length: 0\r\n";
  EXPECT_EQ(status(ask("stop?run=../secret", "POST", origin)), 404);
  EXPECT_EQ(status(ask("stop?run=done", "POST", origin)), 409);
  EXPECT_EQ(stopped, "");
  EXPECT_EQ(status(ask("stop?run=run", "POST", origin)), 202);
  EXPECT_EQ(std::filesystem::path(stopped).filename(), "run");
  EXPECT_EQ(test::data_of(ask(""))["control"], true);
}

TEST_F(Live, a_huge_request_ends) {
  make_run("run");
  start();
  const std::string megabytes(4 << 20, 'a');
  // A line without end, endless headers, a body: the server stops reading and ends the connection.
  for (const std::string& text :
       {"GET /" + megabytes, head("runs").substr(0, head("runs").size() - 2) + "X: " + megabytes,
        head("runs", "POST", "Content-Length: 4194304\r\n") + megabytes}) {
    const Connection connection(server_->port());
    connection.send(text);
    EXPECT_NE(status(connection.receive()), 200);
  }
  EXPECT_EQ(status(ask("runs")), 200);
}

TEST_F(Live, a_slow_request_holds_nobody_up) {
  make_run("run");
  start({.folder = {}, .request_seconds = 0.5});
  // As many as there are threads: some silent, some sending a byte again and again.
  std::vector<std::unique_ptr<Connection>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<Connection>(server_->port()));
    slow.back()->send("GET /");
  }
  std::atomic<bool> done{false};
  std::thread drip([&] {
    while (!done) {
      for (std::size_t i = 0; i < slow.size(); i += 2) slow[i]->send("a");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  EXPECT_EQ(status(ask("runs")), 200);
  for (const auto& connection : slow) EXPECT_NE(status(connection->receive()), 200);  // ended by the server
  done = true;
  drip.join();
}

// Many more than there are threads, and they may wait for an hour: an answer that comes at all does not wait for them.
TEST_F(Live, idle_connections_delay_nobody) {
  make_run("run");
  start({.folder = {}, .request_seconds = 3600.0});
  std::vector<std::unique_ptr<Connection>> idle;
  for (int i = 0; i < 150; ++i) {
    idle.push_back(std::make_unique<Connection>(server_->port()));
    if (i % 3 == 1) idle.back()->send("GET /");
    if (i % 3 == 2) idle.back()->send(head("runs").substr(0, 60));
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status(ask("runs")), 200);
  // Nor do they take more room than there is: those that came first make way.
  for (int i = 0; i < 200; ++i) idle.push_back(std::make_unique<Connection>(server_->port()));
  EXPECT_EQ(status(ask("runs")), 200);
  EXPECT_EQ(idle.front()->receive(), "");
}

TEST_F(Live, what_stands_behind_a_request_is_no_second_one) {
  make_run("run");
  start();
  const Connection connection(server_->port());
  connection.send(head("runs") + head("data?run=run"));
  const std::string answer = connection.receive();
  EXPECT_EQ(answer.find("HTTP/1.1 "), answer.rfind("HTTP/1.1 "));
}

TEST_F(Live, watchers_are_counted) {
  make_run("run");
  start({.folder = {}, .streams = 2});
  const auto begins = [](const std::string& text) { return text.find("state") != std::string::npos; };
  auto first = std::make_unique<Connection>(server_->port());
  const Connection second(server_->port());
  for (const Connection* connection : std::initializer_list<const Connection*>{first.get(), &second}) {
    connection->send(head("events?run=run"));
    EXPECT_THAT(connection->receive(begins), HasSubstr("running"));
  }
  EXPECT_EQ(status(ask("events?run=run")), 503);
  // A page that goes makes room.
  first.reset();
  int answer = 503;
  for (int i = 0; i < 200 && answer == 503; ++i) {
    const Connection third(server_->port());
    third.send(head("events?run=run"));
    answer = status(third.receive(begins));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(answer, 200);
}

TEST_F(Live, thousands_of_runs_are_listed) {
  for (int i = 0; i < 1200; ++i) make_run("run-" + std::to_string(i));
  start();
  const json list = ask_json("runs");
  EXPECT_EQ(list["runs"].size(), 1000U);
  EXPECT_EQ(list["left_out"], 200);
  EXPECT_EQ(status(ask("data?run=run-1199")), 200);
  std::string many = "data?run=run-0";
  for (int i = 1; i <= 20; ++i) many += "&run=run-" + std::to_string(i);
  EXPECT_EQ(status(ask(many)), 400);
}

TEST_F(Live, no_folder_and_a_taken_port_are_input_errors) {
  EXPECT_THROW(LiveServer({.folder = temp_ / "none", .page = test::kPage}), InputError);
  start();
  EXPECT_THROW(LiveServer({.folder = root_, .port = server_->port(), .page = test::kPage}), InputError);
}

}  // namespace
}  // namespace gradus
#endif  // GRADUS_HAS_LIVE
