// Which requests the live view answers, line by line of docs/live-view.md.
// SPDX-License-Identifier: Apache-2.0
#include "report/live_guard.hpp"

#include <gtest/gtest.h>

#include "core/base64.hpp"
#include "report/sample_run.hpp"

namespace gradus {
namespace {

const LiveRules kRules{.port = 8000, .token = "0123456789abcdef", .control = false};
const LiveRules kControlRules{.port = 8000, .token = "0123456789abcdef", .control = true};

LiveRequest good_request(const std::string& resource = "runs") {
  return {.method = "GET",
          .path = "/0123456789abcdef/" + resource,
          .hosts = {"127.0.0.1:8000"},
          .origins = {},
          .lengths = {},
          .fetch_site = "same-origin"};
}

int status_of(const LiveRequest& request, const LiveRules& rules = kRules) {
  const auto refusal = refuse_live_request(rules, request);
  return refusal ? refusal->status : 200;
}

TEST(LiveGuard, a_foreign_host_is_refused) {
  for (const char* host : {"127.0.0.1:8000", "localhost:8000"}) {
    LiveRequest request = good_request();
    request.hosts = {host};
    EXPECT_EQ(status_of(request), 200) << host;
  }
  for (const char* host : {"evil.example",
                           "evil.example:8000",
                           "127.0.0.1.evil.example",
                           "localhost.evil.example:8000",
                           "",
                           ":8000",
                           "127.0.0.2:8000",
                           "[::1]:8000",
                           "evil.example#127.0.0.1",
                           "0.0.0.0:8000",
                           "127.0.0.1",
                           "localhost",
                           "localhost:1",
                           "127.0.0.1:80000",
                           "LOCALHOST:8000",
                           "127.0.0.1:8000 ",
                           "127.0.0.1:08000",
                           "localhost.:8000",
                           "127.1:8000",
                           "user@127.0.0.1:8000"}) {
    LiveRequest request = good_request();
    request.hosts = {host};
    EXPECT_EQ(status_of(request), 403) << host;
  }
  LiveRequest request = good_request();
  request.hosts = {};
  EXPECT_EQ(status_of(request), 403);
  for (const std::vector<std::string>& hosts :
       {std::vector<std::string>{"127.0.0.1:8000", "evil.example"}, {"127.0.0.1:8000", "127.0.0.1:8000"}}) {
    request.hosts = hosts;
    EXPECT_EQ(status_of(request), 403);
  }
  request.hosts = {"localhost"};
  EXPECT_EQ(status_of(request, {.port = 80, .token = kRules.token}), 200);
}

TEST(LiveGuard, a_foreign_origin_is_refused) {
  LiveRequest request = good_request();
  request.origins = {"http://127.0.0.1:8000"};
  EXPECT_EQ(status_of(request), 200);
  for (const char* origin :
       {"http://evil.example", "https://127.0.0.1:8000", "http://127.0.0.1:8001", "http://127.0.0.1", "null", "",
        "http://evil.example:8000", "http://127.0.0.1:8000.evil.example"}) {
    request.origins = {origin};
    EXPECT_EQ(status_of(request), 403) << origin;
  }
  request.origins = {"http://127.0.0.1:8000", "http://evil.example"};
  EXPECT_EQ(status_of(request), 403);
  request = good_request();
  for (const char* site : {"cross-site", "same-site"}) {
    request.fetch_site = site;
    EXPECT_EQ(status_of(request), 403) << site;
  }
  // A link to the page may stand anywhere.
  request = good_request("");
  request.fetch_site = "cross-site";
  EXPECT_EQ(status_of(request), 200);
}

TEST(LiveGuard, without_the_token_nothing_is_told) {
  for (const char* path : {"/", "", "/runs", "/0123456789abcdee/runs", "/0123456789abcdef", "/0123456789abcde/runs",
                           "/0123456789abcdef0/runs", "//runs", "/../0123456789abcdef/runs", "0123456789abcdef/runs"}) {
    LiveRequest request = good_request();
    request.path = path;
    EXPECT_EQ(status_of(request), 403) << path;
  }
  EXPECT_NE(make_live_token(), make_live_token());
  EXPECT_EQ(make_live_token().size(), 32U);
}

TEST(LiveGuard, only_get_is_answered) {
  for (const char* method : {"POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "get"}) {
    LiveRequest request = good_request();
    request.method = method;
    EXPECT_EQ(status_of(request), 405) << method;
    EXPECT_EQ(status_of(request, kControlRules), 405) << method;
  }
  LiveRequest request = good_request();
  request.has_encoding = true;
  EXPECT_EQ(status_of(request), 400);
  for (const std::vector<std::string>& lengths : {std::vector<std::string>{"1"},
                                                  {"0", "0"},
                                                  {"0", "5"},
                                                  {"5", "0"},
                                                  {""},
                                                  {"00"},
                                                  {"+0"},
                                                  {"-0"},
                                                  {"0,0"},
                                                  {"0x0"}}) {
    request = good_request();
    request.lengths = lengths;
    EXPECT_EQ(status_of(request), 400) << testing::PrintToString(lengths);
  }
  request = good_request();
  request.lengths = {"0"};
  EXPECT_EQ(status_of(request), 200);
  request = good_request();
  request.has_range = true;
  EXPECT_EQ(status_of(request), 400);
}

TEST(LiveGuard, stop_needs_control_and_an_origin) {
  LiveRequest request = good_request("stop");
  request.method = "POST";
  request.origins = {"http://127.0.0.1:8000"};
  EXPECT_EQ(status_of(request, kRules), 405);
  EXPECT_EQ(status_of(request, kControlRules), 200);
  request.origins = {};
  EXPECT_EQ(status_of(request, kControlRules), 405);
  request.origins = {"http://evil.example"};
  EXPECT_EQ(status_of(request, kControlRules), 403);
  request = good_request("stop");
  EXPECT_EQ(status_of(request, kControlRules), 405);
}

TEST(LiveGuard, the_page_runs_only_its_own_scripts) {
  const std::string policy = content_security_policy(test::kPage);
  // printf '%s' 'show();' | openssl dgst -sha256 -binary | base64
  EXPECT_NE(policy.find("'sha256-MoazW24H3iXZDVgLJvwY6Gag+BKUVIs8noyPgvE85mQ='"), std::string::npos) << policy;
  EXPECT_EQ(policy.find("script-src 'unsafe-inline'"), std::string::npos);
  for (const char* rule : {"default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'", "form-action 'none'",
                           "base-uri 'none'"}) {
    EXPECT_NE(policy.find(rule), std::string::npos) << rule;
  }
  EXPECT_NE(content_security_policy("<p>").find("script-src 'none'"), std::string::npos);
}

}  // namespace
}  // namespace gradus
