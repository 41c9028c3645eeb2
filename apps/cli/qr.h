// SPDX-License-Identifier: Apache-2.0
// A QR code for a terminal, two rows of modules to a line. The only includer of libqrencode.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace feltbog::cli {

// With the quiet zone of four modules that readers need. Dark on light, whatever the terminal's
// colours, when `colour`; otherwise for a terminal with a dark background. Error: limit_exceeded.
Result<std::string> qr_for_terminal(std::string_view text, bool colour);

}  // namespace feltbog::cli
