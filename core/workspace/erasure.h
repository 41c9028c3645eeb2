// SPDX-License-Identifier: Apache-2.0
// Destroying what was in a file, once its log says so: docs/erasure.md.
#pragma once

#include "core/workspace/core.h"

namespace feltbog::workspace {

// What this device had of an erased file that had reached nobody.
struct Erased {
  std::uint64_t changes = 0;
  std::uint64_t unsent = 0;
};

// Within the caller's transaction, after the erasing record was accepted: keys, words, attachments
// and their traces in the index go. Nothing happens where it is done already. True when something
// was destroyed; then settle_erasure() is due after the commit.
Result<bool> destroy_content(Core& core, const SpaceId& space);
// Empties the database's log, where older versions of what was destroyed still lie.
Result<void> settle_erasure(Core& core);
// None where nothing was destroyed here.
Result<std::optional<Erased>> what_was_erased(Core& core, const SpaceId& space);

}  // namespace feltbog::workspace
