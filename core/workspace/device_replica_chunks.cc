// SPDX-License-Identifier: Apache-2.0
// Pieces of attachments in a session.
#include "core/ledger/chunk.h"
#include "core/ledger/receipt.h"
#include "core/workspace/device_replica.h"

namespace feltbog::workspace {

Result<std::vector<ledger::ChunkName>> DeviceReplica::chunk_names(std::string_view sql,
                                                                  std::size_t count_max,
                                                                  std::uint64_t after) {
  if (!as_member()) return std::vector<ledger::ChunkName>();
  FELTBOG_TRY(rows, core_->database->prepare(sql));
  rows.bind_all(after, count_max);
  std::vector<ledger::ChunkName> out;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    FELTBOG_TRY(space, rows.fixed<SpaceId>(1));
    FELTBOG_TRY(hash, rows.fixed<ChunkHash>(2));
    out.push_back({static_cast<std::uint64_t>(rows.integer(0)), space, hash});
  }
}

// A chunk goes only where its file stands already.
Result<std::vector<ledger::ChunkName>> DeviceReplica::chunks_to_send(std::size_t count_max,
                                                                     std::uint64_t after) {
  return chunk_names(
      "SELECT place, space, hash FROM chunk WHERE own = 1 AND receipt IS NULL AND place > ?1 AND "
      "space IN (SELECT space FROM space_record WHERE sequence = 1 AND accepted = 1) "
      "ORDER BY place LIMIT ?2",
      count_max, after);
}

Result<std::vector<ledger::ChunkName>> DeviceReplica::chunks_to_fetch(std::size_t count_max,
                                                                      std::uint64_t after) {
  if (core_->barred()) return std::vector<ledger::ChunkName>();
  return chunk_names(
      "SELECT place, space, hash FROM chunk WHERE bytes IS NULL AND place > ?1 ORDER BY place "
      "LIMIT ?2",
      count_max, after);
}

Result<Bytes> DeviceReplica::chunk_bytes(const SpaceId& space, const ChunkHash& chunk) {
  FELTBOG_TRY(row,
              core_->database->prepare("SELECT bytes FROM chunk WHERE space = ?1 AND hash = ?2 AND "
                                       "bytes IS NOT NULL"));
  row.bind_all(space, chunk);
  FELTBOG_TRY(found, row.step());
  if (!found) return Error{ErrorCode::not_found, "chunk"};
  return to_bytes(row.bytes(0));
}

Result<void> DeviceReplica::chunks_receipted(const SpaceId& space,
                                             std::span<const ChunkHash> chunks, BytesView receipt) {
  FELTBOG_TRY(checked, ledger::verify_chunk_receipt(receipt, core_->membership.organisation()));
  if (checked.space != space) return Error{ErrorCode::malformed, "receipt of another space"};
  for (const ChunkHash& chunk : chunks) {
    if (std::find(checked.chunks.begin(), checked.chunks.end(), chunk) == checked.chunks.end()) {
      return Error{ErrorCode::malformed, "receipt without the chunk"};
    }
  }
  return core_->durably([&]() -> Result<bool> {
    bool any = false;
    for (const ChunkHash& chunk : chunks) {
      FELTBOG_CHECK(core_->database->run(
          "UPDATE chunk SET receipt = ?3, refused = NULL WHERE space = ?1 AND hash = ?2 AND "
          "own = 1 AND receipt IS NULL",
          space, chunk, receipt));
      any = any || core_->database->changes() > 0;
    }
    return any;
  });
}

Result<void> DeviceReplica::chunk_refused(const SpaceId& space, const ChunkHash& chunk,
                                          ErrorCode code) {
  return core_->durably([&]() -> Result<bool> {
    FELTBOG_CHECK(core_->database->run(
        "UPDATE chunk SET refused = ?3 WHERE space = ?1 AND hash = ?2 AND own = 1 AND receipt IS "
        "NULL AND refused IS NOT ?3",
        space, chunk, static_cast<std::int64_t>(code)));
    return core_->database->changes() > 0;
  });
}

Result<void> DeviceReplica::store_chunk(const SpaceId& space, const ChunkHash& chunk,
                                        BytesView bytes) {
  if (ledger::chunk_hash(bytes) != chunk) {
    return Error{ErrorCode::malformed, "chunk of another hash"};
  }
  return core_->durably([&]() -> Result<bool> {
    FELTBOG_CHECK(core_->database->run(
        "UPDATE chunk SET bytes = ?3 WHERE space = ?1 AND hash = ?2 AND bytes IS NULL", space,
        chunk, bytes));
    return core_->database->changes() > 0;
  });
}

Result<void> DeviceReplica::chunk_unavailable(const SpaceId&, const ChunkHash&) { return {}; }

}  // namespace feltbog::workspace
