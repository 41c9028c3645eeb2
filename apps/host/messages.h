// SPDX-License-Identifier: Apache-2.0
// What is said over the owner's socket: requests one way, replies the other. docs/command-line.md
// lists the verbs; frame.h carries the values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/value.h"

namespace feltbog::host {

// The owner and whoever talks to it are the same program, but not always of the same age.
inline constexpr std::int64_t kOwnerProtocol = 1;

// Proves that the sender can read the owner's files. New at each start of an owner.
using OwnerToken = FixedBytes<32, struct OwnerTokenTag>;

namespace verb {
inline constexpr std::string_view kHello = "hello";    // {protocol, token}, always the first
inline constexpr std::string_view kState = "state";    // {}
inline constexpr std::string_view kUnlock = "unlock";  // {passphrase} or {recovery_code}
// {passphrase} or {recovery_code}, and {new_passphrase}
inline constexpr std::string_view kChangePassphrase = "change_passphrase";
inline constexpr std::string_view kAddRecovery = "add_recovery";  // {passphrase}
inline constexpr std::string_view kLock = "lock";                 // {}
inline constexpr std::string_view kFound = "found";               // {invite, name, passphrase}
inline constexpr std::string_view kEnrol = "enrol";               // {invite, passphrase}
inline constexpr std::string_view kCall = "call";    // {command, parameters, language, now}
inline constexpr std::string_view kWatch = "watch";  // {command, parameters, language, now, since}
inline constexpr std::string_view kSync = "sync";    // {mode: "once" | "watch", record}
inline constexpr std::string_view kAttach = "attach";  // {file, path, name}
inline constexpr std::string_view kSave = "save";      // {file, attachment, path}
inline constexpr std::string_view kCancel = "cancel";  // {id}
inline constexpr std::string_view kStop = "stop";      // {}
}  // namespace verb

struct Request {
  std::uint64_t id = 0;  // chosen by the sender; unused among its open requests
  std::string verb;
  Value body;  // a map
};

enum class ReplyKind : std::uint8_t {
  progress,  // none or more
  update,    // none or more, of a watch
  result,    // the last one
  error,     // the last one; the body is that of error_body
};

struct Reply {
  std::uint64_t id = 0;
  ReplyKind kind = ReplyKind::result;
  Value body;
};

Value to_value(Request request);
// Errors: malformed, for anything but a map of exactly these entries.
Result<Request> request_from(Value value);
Value to_value(Reply reply);
Result<Reply> reply_from(Value value);

// Detail of `revoked` once the organisation's order to wipe was carried out.
inline constexpr std::string_view kWiped = "wiped";

// {"code": number, "name": text, "detail": text}
Value error_body(const Error& error);
// A number this version does not know becomes `internal`, with the name in the detail.
Error error_from_body(const Value& body);

// Overwrites a text or byte string inside a value, so that a passphrase does not stay in memory.
void wipe_value(Value& value);

}  // namespace feltbog::host
