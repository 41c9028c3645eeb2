// SPDX-License-Identifier: Apache-2.0
// Routes and plain answers of the listener.
#include "server/http_answer.h"

namespace feltbog::server {
namespace {

struct Text {
  std::string_view status;
  std::string_view header;
  std::string_view body;
};

Text text_of(HttpAnswer answer) {
  switch (answer) {
    case HttpAnswer::upgrade: break;
    case HttpAnswer::healthy: return {"200 OK", "", "ok\n"};
    case HttpAnswer::bad_request: return {"400 Bad Request", "", "bad request\n"};
    case HttpAnswer::not_found: return {"404 Not Found", "", "not found\n"};
    case HttpAnswer::method_not_allowed:
      return {"405 Method Not Allowed", "Allow: GET\r\n", "method not allowed\n"};
    case HttpAnswer::upgrade_required:
      return {"426 Upgrade Required", "Upgrade: websocket\r\n", "websocket only\n"};
    case HttpAnswer::header_too_large:
      return {"431 Request Header Fields Too Large", "", "header too large\n"};
  }
  return {"500 Internal Server Error", "", "internal\n"};
}

}  // namespace

HttpAnswer route(bool is_get, std::string_view target, bool wants_upgrade) {
  if (target == "/v1/health") return is_get ? HttpAnswer::healthy : HttpAnswer::method_not_allowed;
  if (target == "/v1/sync") {
    if (!is_get) return HttpAnswer::method_not_allowed;
    return wants_upgrade ? HttpAnswer::upgrade : HttpAnswer::upgrade_required;
  }
  return HttpAnswer::not_found;
}

std::string http_text(HttpAnswer answer) {
  const Text text = text_of(answer);
  std::string out = "HTTP/1.1 ";
  out += text.status;
  out += "\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n";
  out += text.header;
  out += "Connection: close\r\nContent-Length: " + std::to_string(text.body.size()) + "\r\n\r\n";
  out += text.body;
  return out;
}

}  // namespace feltbog::server
