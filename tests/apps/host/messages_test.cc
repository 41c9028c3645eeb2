// SPDX-License-Identifier: Apache-2.0
// Requests and replies as values.
#include "apps/host/messages.h"

#include <doctest/doctest.h>

namespace feltbog::host {
namespace {

TEST_CASE("requests and replies of every kind come back as they were") {
  Value body;
  body["mode"] = "once";
  const auto request = request_from(to_value(Request{7, "sync", body}));
  REQUIRE(request.has_value());
  CHECK(request->id == 7);
  CHECK(request->verb == "sync");
  CHECK(request->body == body);
  for (const ReplyKind kind :
       {ReplyKind::progress, ReplyKind::update, ReplyKind::result, ReplyKind::error}) {
    const auto reply = reply_from(to_value(Reply{9, kind, body}));
    REQUIRE(reply.has_value());
    CHECK(reply->id == 9);
    CHECK(reply->kind == kind);
    CHECK(reply->body == body);
  }
}

TEST_CASE("a result may be a list or nothing") {
  Value list = Value::List{};
  list.push_back("a");
  CHECK(reply_from(to_value(Reply{1, ReplyKind::result, list}))->body == list);
  CHECK(reply_from(to_value(Reply{1, ReplyKind::result, {}}))->body.is_null());
}

TEST_CASE("a message with an entry too many, too few or of another type is refused") {
  const Value good = to_value(Request{7, "sync", {}});
  CHECK(request_from(good).has_value());
  Value extra = good;
  extra["more"] = 1;
  CHECK_FALSE(request_from(extra).has_value());
  for (const char* entry : {"id", "verb", "body"}) {
    Value missing = good;
    missing.map()->erase(entry);
    CHECK_FALSE(request_from(missing).has_value());
    Value other = good;
    other[entry] = Value::List{};
    CHECK_FALSE(request_from(other).has_value());
  }
  Value negative = good;
  negative["id"] = -1;
  CHECK_FALSE(request_from(negative).has_value());
  CHECK_FALSE(request_from(Value("text")).has_value());
  Value reply = to_value(Reply{1, ReplyKind::result, {}});
  reply["kind"] = "rumour";
  CHECK_FALSE(reply_from(reply).has_value());
}

TEST_CASE("errors keep code and detail, and a number of another version becomes internal") {
  const Error error{ErrorCode::disk_full, "write errno 28"};
  CHECK(error_from_body(error_body(error)) == error);
  Value foreign = error_body(error);
  foreign["code"] = 9999;
  CHECK(error_from_body(foreign).code == ErrorCode::internal);
  CHECK(error_from_body({}).code == ErrorCode::internal);
}

TEST_CASE("a wiped text holds nothing of what it was") {
  Value secret("korrekt hest batteri");
  wipe_value(secret);
  REQUIRE(secret.text() != nullptr);
  CHECK(*secret.text() == std::string(20, '\0'));
}

}  // namespace
}  // namespace feltbog::host
