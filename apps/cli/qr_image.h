// SPDX-License-Identifier: Apache-2.0
// A QR code as a picture, and on a page to print or to show on a screen.
#pragma once

#include <string>

#include "apps/cli/qr.h"
#include "core/base/bytes.h"

namespace feltbog::cli {

// A grey PNG with the quiet zone; a module is 8 pixels wide. Error: internal (the
// library's own).
Result<Bytes> qr_png(const QrCode& code);

// All as plain text; what has a meaning in HTML is escaped.
struct InvitePage {
  std::string language;  // "da"
  std::string title;
  std::string valid_until;
  std::string invite;
  std::string instruction;
};
// One HTML file that fetches nothing and runs nothing; the code is drawn in it.
std::string qr_page(const QrCode& code, const InvitePage& page);

}  // namespace feltbog::cli
