// SPDX-License-Identifier: Apache-2.0
#include "report/live_guard.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <span>

#include "core/base64.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus {
namespace {

// A name that resolves to this machine by somebody else's DNS is not among them. Browsers leave out the port of http.
bool is_own_host(std::string_view host, int port) {
  for (const std::string name : {"127.0.0.1", "localhost"}) {
    if (host == name + ":" + std::to_string(port) || (port == 80 && host == name)) return true;
  }
  return false;
}

bool is_own_origin(std::string_view origin, int port) {
  constexpr std::string_view kScheme = "http://";
  return origin.starts_with(kScheme) && is_own_host(origin.substr(kScheme.size()), port);
}

// As long for a wrong first letter as for a wrong last one.
bool same_secret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

std::string script_hash(std::string_view script) {
  const std::string hex = sha256_hex(std::as_bytes(std::span(script)));
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return "'sha256-" + base64(bytes) + "'";
}

// Contents of the page's inline <script> elements that run; data blocks do not.
std::vector<std::string_view> inline_scripts(std::string_view page) {
  std::vector<std::string_view> scripts;
  for (std::size_t at = page.find("<script"); at != std::string_view::npos; at = page.find("<script", at)) {
    const std::size_t open = page.find('>', at);
    const std::size_t close = open == std::string_view::npos ? open : page.find("</script", open);
    if (close == std::string_view::npos) break;
    const std::string_view tag = page.substr(at, open - at);
    if (tag.find("application/json") == std::string_view::npos) {
      scripts.push_back(page.substr(open + 1, close - open - 1));
    }
    at = close;
  }
  return scripts;
}

}  // namespace

std::optional<std::string> live_resource(const LiveRules& rules, std::string_view path) {
  if (path.empty() || path[0] != '/') return std::nullopt;
  path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos || !same_secret(path.substr(0, slash), rules.token)) return std::nullopt;
  return std::string(path.substr(slash + 1));
}

std::optional<Refusal> refuse_live_request(const LiveRules& rules, const LiveRequest& request) {
  if (request.hosts.size() != 1 || !is_own_host(request.hosts[0], rules.port)) {
    return Refusal{403, "the Host of a request must be 127.0.0.1 or localhost with the port of `gradus serve`"};
  }
  const auto is_own = [&](const std::string& origin) { return is_own_origin(origin, rules.port); };
  if (!std::all_of(request.origins.begin(), request.origins.end(), is_own)) {
    return Refusal{403, "requests of other sites' pages are not answered"};
  }
  const std::optional<std::string> resource = live_resource(rules, request.path);
  if (!resource) return Refusal{403, "the address must be the one that `gradus serve` printed, with its token"};
  const bool same_site =
      request.fetch_site.empty() || request.fetch_site == "same-origin" || request.fetch_site == "none";
  // Following a link to the page is a request of another site too; what the page reads must be its own.
  if (!resource->empty() && !same_site) return Refusal{403, "requests of other sites' pages are not answered"};
  const bool has_body =
      request.has_encoding || request.lengths.size() > 1 || (request.lengths.size() == 1 && request.lengths[0] != "0");
  if (has_body || request.has_range) return Refusal{400, "requests have no body and no range here"};
  const bool stops = rules.control && *resource == "stop";
  if (stops && (request.method != "POST" || request.origins.empty())) {
    return Refusal{405, "stop is a POST of the page itself"};
  }
  if (!stops && request.method != "GET") return Refusal{405, "only GET is answered here"};
  return std::nullopt;
}

std::string make_live_token() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw RunError("gradus serve: the system gave no random numbers for the token");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;
  for (const unsigned char byte : bytes) {
    token += kDigits[byte >> 4];
    token += kDigits[byte & 15];
  }
  return token;
}

std::string content_security_policy(std::string_view page) {
  std::string scripts;
  for (const std::string_view script : inline_scripts(page)) scripts += " " + script_hash(script);
  if (scripts.empty()) scripts = " 'none'";
  return "default-src 'none'; script-src" + scripts +
         "; style-src 'unsafe-inline'; img-src data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'";
}

}  // namespace gradus
