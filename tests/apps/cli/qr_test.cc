// SPDX-License-Identifier: Apache-2.0
// QR codes for terminals.
#include "apps/cli/qr.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "apps/cli/text_width.h"

namespace feltbog::cli {
namespace {

TEST_CASE("a QR code is a block of equal lines with a quiet zone around it") {
  const auto made = make_qr_code("FELTBOG-INVITE:ABCDE-FGHJK");
  REQUIRE(made.has_value());
  const std::string code = qr_for_terminal(*made, false);
  std::size_t start = 0;
  std::size_t width = 0;
  while (start < code.size()) {
    const std::size_t end = code.find('\n', start);
    const std::string line = code.substr(start, end - start);
    if (width == 0) width = display_width(line);
    CHECK(display_width(line) == width);
    start = end + 1;
  }
  CHECK(width >= 21 + 8);
  CHECK(code.starts_with("████"));
}

TEST_CASE("a text too long for any QR code is refused") {
  const auto code = make_qr_code(std::string(5000, 'A'));
  REQUIRE_FALSE(code.has_value());
  CHECK(code.error().code == ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace feltbog::cli
