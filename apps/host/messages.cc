// SPDX-License-Identifier: Apache-2.0
#include "apps/host/messages.h"

#include <array>

#include "core/crypto/secret.h"

namespace feltbog::host {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"progress", "update", "result", "error"};

Error malformed(std::string_view what) { return {ErrorCode::malformed, std::string(what)}; }

Result<std::uint64_t> id_of(const Value& value) {
  const std::int64_t* id = value["id"].integer();
  if (id == nullptr || *id < 0) return malformed("id");
  return static_cast<std::uint64_t>(*id);
}

// The entries of a message with a body, or why it is none.
Result<Value::Map*> three_entries(Value& value, std::string_view second) {
  Value::Map* entries = value.map();
  if (entries == nullptr || entries->size() != 3) return malformed("entries");
  if (!entries->contains("body") || !entries->contains(second)) return malformed("entries");
  if (entries->find("body")->second.map() == nullptr) return malformed("body");
  return entries;
}

}  // namespace

Value to_value(Request request) {
  Value out;
  out["id"] = request.id;
  out["verb"] = std::move(request.verb);
  out["body"] = request.body.is_null() ? Value(Value::Map{}) : std::move(request.body);
  return out;
}

Result<Request> request_from(Value value) {
  FELTBOG_TRY(entries, three_entries(value, "verb"));
  FELTBOG_TRY(id, id_of(value));
  const std::string* verb = value["verb"].text();
  if (verb == nullptr) return malformed("verb");
  return Request{id, *verb, std::move(entries->find("body")->second)};
}

Value to_value(Reply reply) {
  Value out;
  out["id"] = reply.id;
  out["kind"] = kKinds[static_cast<std::size_t>(reply.kind)];
  // Results are maps here, so that the envelope is always of one form.
  Value& body = out["body"];
  if (reply.kind == ReplyKind::progress || reply.kind == ReplyKind::error) {
    body = reply.body.is_null() ? Value(Value::Map{}) : std::move(reply.body);
  } else {
    body["value"] = std::move(reply.body);
  }
  return out;
}

Result<Reply> reply_from(Value value) {
  FELTBOG_TRY(entries, three_entries(value, "kind"));
  FELTBOG_TRY(id, id_of(value));
  const std::string* kind = value["kind"].text();
  if (kind == nullptr) return malformed("kind");
  const auto found = std::find(kKinds.begin(), kKinds.end(), *kind);
  if (found == kKinds.end()) return malformed("kind");
  Reply out;
  out.id = id;
  out.kind = static_cast<ReplyKind>(found - kKinds.begin());
  Value& body = entries->find("body")->second;
  if (out.kind == ReplyKind::progress || out.kind == ReplyKind::error) {
    out.body = std::move(body);
    return out;
  }
  if (body.map()->size() != 1 || !body.map()->contains("value")) return malformed("body");
  out.body = std::move(body.map()->find("value")->second);
  return out;
}

Value error_body(const Error& error) {
  Value out;
  out["code"] = static_cast<std::int64_t>(error.code);
  out["name"] = error_name(error.code);
  out["detail"] = error.detail;
  return out;
}

Error error_from_body(const Value& body) {
  const std::int64_t number = body["code"].integer_or(-1);
  if (number >= 0) {
    if (const auto code = error_from_number(static_cast<std::uint64_t>(number))) {
      return {*code, body["detail"].text_or("")};
    }
  }
  return {ErrorCode::internal, "error " + std::to_string(number) + " of another version"};
}

void wipe_value(Value& value) {
  // The value owns its text and is not constant itself; Value only offers no way to change it.
  if (const std::string* text = value.text()) {
    auto* owned = const_cast<std::string*>(text);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(owned->data()), owned->size()});
  }
  if (const Bytes* bytes = value.bytes()) crypto::wipe(*const_cast<Bytes*>(bytes));
}

}  // namespace feltbog::host
