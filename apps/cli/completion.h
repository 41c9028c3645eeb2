// SPDX-License-Identifier: Apache-2.0
// Completion scripts for bash, zsh and fish, made from the rows.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace feltbog::cli {

// `shell` is "bash", "zsh" or "fish". Error: invalid_argument.
Result<std::string> completion_script(std::string_view shell);

}  // namespace feltbog::cli
