// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/office.h"

#include <filesystem>

namespace feltbog::demo {
namespace {

constexpr int kStartMilliseconds = 10'000;
constexpr int kLookMilliseconds = 5;
constexpr std::string_view kInviteMark = "feltbog-office:";

}  // namespace

Office::Office(Programs programs, const std::string& folder)
    : programs_(std::move(programs)),
      data_(folder + "/server"),
      log_(folder + "/server.log"),
      port_(free_port()) {}

Result<std::string> Office::found() {
  const Outcome made = Process::start({programs_.server, "init", "--dir", data_, "--host",
                                       "localhost", "--port", std::to_string(port_)})
                           .finish();
  const auto begin = made.out.find(kInviteMark);
  if (made.status != 0 || begin == std::string::npos) return Error{ErrorCode::internal, made.err};
  // The invite ends with an empty line; white space inside it does not matter.
  return made.out.substr(begin, made.out.find("\n\n", begin) - begin);
}

Result<void> Office::start() {
  const std::string port_file = data_ + "/port";
  std::error_code ignored;
  std::filesystem::remove(port_file, ignored);
  process_ =
      Process::start({programs_.server, "serve", "--dir", data_, "--log", log_}, log_ + ".out");
  const std::int64_t until = milliseconds_now() + kStartMilliseconds;
  while (!std::filesystem::exists(port_file, ignored)) {
    if (milliseconds_now() > until) return Error{ErrorCode::unreachable, "feltbogd does not start"};
    pause_milliseconds(kLookMilliseconds);
  }
  return {};
}

}  // namespace feltbog::demo
