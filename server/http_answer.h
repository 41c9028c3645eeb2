// SPDX-License-Identifier: Apache-2.0
// Which HTTP request gets which answer. The bodies say nothing of the office, its devices or
// versions.
#pragma once

#include <string>
#include <string_view>

namespace feltbog::server {

enum class HttpAnswer {
  upgrade,  // go on as a WebSocket
  healthy,
  bad_request,
  not_found,
  method_not_allowed,
  upgrade_required,
  header_too_large,
};

// The paths of version 1: /v1/health (GET) and /v1/sync (WebSocket). /v1/exchange is kept for a
// mode without WebSocket.
HttpAnswer route(bool is_get, std::string_view target, bool wants_upgrade);

// The whole response; the connection closes after it.
std::string http_text(HttpAnswer answer);

}  // namespace feltbog::server
