// Whether the live view answers a request at all, by its head alone (docs/live-view.md has the threats). Plain
// functions of strings: no server is needed to test them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

struct LiveRules {
  int port = 0;
  std::string token;
  bool control = false;  // whether POST stop exists
};

/// The parts of a request's head that decide.
struct LiveRequest {
  std::string method;
  std::string path;                  // decoded, without the query
  std::vector<std::string> hosts;    // values of all Host headers
  std::vector<std::string> origins;  // of all Origin headers
  std::vector<std::string> lengths;  // of all Content-Length headers
  std::string fetch_site;            // Sec-Fetch-Site
  bool has_encoding = false;         // Transfer-Encoding: a body whose end is in it
  bool has_range = false;
};

struct Refusal {
  int status = 403;
  const char* sentence = "";
};

/// Why the request is refused; nothing when it may be answered.
std::optional<Refusal> refuse_live_request(const LiveRules& rules, const LiveRequest& request);

/// What follows the token in the path: "", "runs", "data", "events", "stop"; nothing for a path without the token.
std::optional<std::string> live_resource(const LiveRules& rules, std::string_view path);

/// 32 hexadecimal digits from the system's random numbers.
std::string make_live_token();

/// The Content-Security-Policy under which `page` works and nothing else does: its own inline scripts by their hashes,
/// no address but this server's.
std::string content_security_policy(std::string_view page);

}  // namespace gradus
