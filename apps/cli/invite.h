// SPDX-License-Identifier: Apache-2.0
// `feltbog invite`: makes an invite and hands it over, as text and as a QR code on the terminal, in
// a picture or on a page to print.
#pragma once

#include "apps/cli/session.h"

namespace feltbog::cli {

// Returns the exit status. An error is left to the caller to print.
Result<int> run_invite(const Context& context);

}  // namespace feltbog::cli
