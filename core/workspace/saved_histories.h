// SPDX-License-Identifier: Apache-2.0
// Histories of files as they were last saved: what makes opening a file quick. A copy of what its
// batches hold, never the truth; docs/document-format.md describes the bytes.
#pragma once

#include <optional>

#include "core/base/ids.h"
#include "core/document/history.h"
#include "core/store/database.h"

namespace feltbog::workspace {

// None where none was saved, or none that this program can rely on: of another version, worked out
// under other rules of merging, or damaged.
std::optional<document::History> read_saved_history(store::Database& database,
                                                    const SpaceId& space);

// In a transaction of the caller's, who has stored all its changes before. Errors: those of the
// database.
Result<void> write_saved_history(store::Database& database, const SpaceId& space,
                                 const document::History& history);

}  // namespace feltbog::workspace
