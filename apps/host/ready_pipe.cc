// SPDX-License-Identifier: Apache-2.0
#include "apps/host/ready_pipe.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace feltbog::host {
namespace {

// A number of two bytes (0 for success), then the detail to the end. Smaller than PIPE_BUF, so that
// it arrives in one piece.
constexpr std::size_t kReportBytesMax = 512;

}  // namespace

void report_ready(int descriptor, const Result<void>& outcome) {
  if (descriptor < 0) return;
  std::string report(2, '\0');
  if (!outcome.has_value()) {
    const auto number = static_cast<std::uint16_t>(outcome.error().code);
    report[0] = static_cast<char>(number >> 8);
    report[1] = static_cast<char>(number & 0xff);
    report += outcome.error().detail.substr(0, kReportBytesMax - 2);
  }
  ssize_t count = 0;
  do {
    count = ::write(descriptor, report.data(), report.size());
  } while (count < 0 && errno == EINTR);
  ::close(descriptor);
}

Result<void> await_ready(int descriptor, int timeout_milliseconds) {
  struct pollfd wanted {
    descriptor, POLLIN, 0
  };
  int polled = 0;
  do {
    polled = ::poll(&wanted, 1, timeout_milliseconds);
  } while (polled < 0 && errno == EINTR);
  if (polled == 0) return Error{ErrorCode::timed_out, "owner start"};
  std::array<char, kReportBytesMax> report{};
  ssize_t count = 0;
  do {
    count = ::read(descriptor, report.data(), report.size());
  } while (count < 0 && errno == EINTR);
  if (count < 2) return Error{ErrorCode::internal, "the owner ended before it was ready"};
  const auto byte = [&report](std::size_t at) { return static_cast<std::uint8_t>(report[at]); };
  const std::uint64_t number = std::uint64_t{byte(0)} << 8 | byte(1);
  if (number == 0) return {};
  const auto code = error_from_number(number);
  if (!code.has_value()) return Error{ErrorCode::internal, "owner start " + std::to_string(number)};
  return Error{*code, std::string(report.data() + 2, static_cast<std::size_t>(count) - 2)};
}

}  // namespace feltbog::host
