// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/error_message.h"

#include <doctest/doctest.h>

namespace feltbog::cli {
namespace {

std::string danish(ErrorCode code, std::string detail) {
  return error_message(Language::danish, {code, std::move(detail)});
}
std::string english(ErrorCode code, std::string detail) {
  return error_message(Language::english, {code, std::move(detail)});
}

TEST_CASE("a person who may not try again yet is told how long to wait") {
  const auto code = ErrorCode::too_many_tries;
  CHECK(english(code, "wait 30 seconds") == "Too many wrong tries. Wait 30 seconds.");
  CHECK(danish(code, "wait 30 seconds") == "For mange forkerte forsøg. Vent 30 sekunder.");
  CHECK(english(code, "wait 1 seconds") == "Too many wrong tries. Wait 1 second.");
  CHECK(danish(code, "wait 1 seconds") == "For mange forkerte forsøg. Vent 1 sekund.");
  CHECK(english(code, "wait 841 seconds") == "Too many wrong tries. Wait 15 minutes.");
  CHECK(danish(code, "wait 3600 seconds") == "For mange forkerte forsøg. Vent 60 minutter.");
}

TEST_CASE("a person who needs a supervisor is told so, and what to type then") {
  for (const ErrorCode code : {ErrorCode::too_many_tries, ErrorCode::wrong_passphrase}) {
    CHECK(english(code, "supervisor").find("ask a supervisor") != std::string::npos);
    CHECK(danish(code, "supervisor").find("bed en leder") != std::string::npos);
    CHECK(danish(code, "supervisor").find("--recovery-code") != std::string::npos);
  }
}

TEST_CASE("a wrong passphrase says what the next try costs, if anything") {
  const auto code = ErrorCode::wrong_passphrase;
  CHECK(english(code, "wait 0 seconds") == "The passphrase is wrong. Nothing was changed.");
  CHECK(danish(code, "wait 60 seconds") ==
        "Adgangssætningen er forkert. Intet er ændret. Vent 60 sekunder.");
}

TEST_CASE("a detail of another form is shown as it is") {
  CHECK(english(ErrorCode::too_many_tries, "wait x seconds").ends_with("(wait x seconds)"));
  CHECK(english(ErrorCode::too_many_tries, "wait -1 seconds").ends_with("(wait -1 seconds)"));
  CHECK(english(ErrorCode::io_error, "wait 3 seconds").ends_with("(wait 3 seconds)"));
  CHECK(english(ErrorCode::wrong_passphrase, "").ends_with("changed."));
}

TEST_CASE("a device that was wiped says so in both languages, with an exit status of its own") {
  const auto code = ErrorCode::revoked;
  CHECK(english(code, "wiped").find("destroyed") != std::string::npos);
  CHECK(danish(code, "wiped").find("slettet") != std::string::npos);
  CHECK(english(code, "").find("destroyed") == std::string::npos);
  CHECK(exit_status({code, "wiped"}) == 50);
  CHECK(exit_status({code, ""}) == error_exit_status(code));
  CHECK(error_json(Language::english, {code, "wiped"})["error"]["exit_status"] == Value(50));
}

}  // namespace
}  // namespace feltbog::cli
