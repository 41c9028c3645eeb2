// SPDX-License-Identifier: Apache-2.0
// QR codes, and how a terminal shows one: two rows of modules to a line. In files: qr_image.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace feltbog::cli {

// Modules that readers need free on every side.
inline constexpr int kQrQuietZone = 4;

struct QrCode {
  int width = 0;           // modules on each side
  std::vector<bool> dark;  // row by row
  // False outside.
  bool is_dark(int row, int column) const;
};

// Error: limit_exceeded.
Result<QrCode> make_qr_code(std::string_view text);

// Dark on light, whatever the terminal's colours, when `colour`; otherwise for a terminal with a
// dark background.
std::string qr_for_terminal(const QrCode& code, bool colour);

}  // namespace feltbog::cli
