// SPDX-License-Identifier: Apache-2.0
// The name of an encrypted attachment chunk: the hash of its sealed bytes, which the server checks
// without being able to read them.
#pragma once

#include "core/base/ids.h"
#include "core/ledger/domains.h"

namespace feltbog::ledger {

inline ChunkHash chunk_hash(BytesView sealed) {
  return crypto::hash<ChunkHash>(domains::kChunkHash, sealed);
}

}  // namespace feltbog::ledger
