// SPDX-License-Identifier: Apache-2.0
// One run of `feltbog`: from words to an exit status.
#pragma once

#include <span>
#include <string>

#include "apps/cli/terminal.h"

namespace feltbog::cli {

// Writes to standard output and standard error. Returns the exit status of
// core/base/error_codes.inc.
int run(std::span<const std::string> words, const Variables& variables);

}  // namespace feltbog::cli
