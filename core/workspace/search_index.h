// SPDX-License-Identifier: Apache-2.0
// Full-text search over the words in the files, kept in the encrypted database (SQLite FTS5).
#pragma once

#include <string>
#include <vector>

#include "core/store/database.h"
#include "core/workspace/space_file.h"

namespace feltbog::workspace {

struct SearchHit {
  SpaceId space;
  document::DocumentId document;
  std::string kind;
  std::string excerpt;  // the words around the hit, the hit itself between « and »
};

// Writes the document's words anew. Within the caller's transaction.
Result<void> index_document(store::Database& database, const SpaceFile& file,
                            const document::DocumentId& document);

Result<void> forget_document(store::Database& database, const SpaceId& space,
                             const document::DocumentId& document);

// Every word must occur; the last one may be the beginning of a word. Letters are compared without
// regard to case; æ, ø and å are letters of their own. At most `count_max` hits, best first.
// Error: invalid_argument (no word in it).
Result<std::vector<SearchHit>> search_text(store::Database& database, std::string_view words,
                                           std::size_t count_max);

}  // namespace feltbog::workspace
