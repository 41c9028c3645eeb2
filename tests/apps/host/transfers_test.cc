// SPDX-License-Identifier: Apache-2.0
// What a file is, told from its first bytes.
#include "apps/host/transfers.h"

#include <doctest/doctest.h>

namespace feltbog::host {
namespace {

TEST_CASE("a picture is known by its first bytes, and anything else is just bytes") {
  CHECK(media_type_of(as_bytes("\xFF\xD8\xFF\xE0")) == "image/jpeg");
  CHECK(media_type_of(as_bytes("\x89PNG\r\n\x1A\n")) == "image/png");
  CHECK(media_type_of(as_bytes("RIFF....WEBP")) == "image/webp");
  CHECK(media_type_of(as_bytes("....ftypheic")) == "image/heic");
  CHECK(media_type_of(as_bytes("%PDF-1.7")) == "application/pdf");
  CHECK(media_type_of(as_bytes("<html>")) == "application/octet-stream");
  CHECK(media_type_of({}) == "application/octet-stream");
}

}  // namespace
}  // namespace feltbog::host
