// SPDX-License-Identifier: Apache-2.0
// The commands beside the table.
#pragma once

#include "apps/cli/session.h"

namespace feltbog::cli {

// Does what context.line.row says and prints the result; returns the exit status. An error is left
// to the caller to print.
Result<int> run_special(const Context& context);

}  // namespace feltbog::cli
