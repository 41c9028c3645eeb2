// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/evidence.h"

namespace feltbog::workspace {
namespace {

constexpr std::int64_t kKeptMax = 20;  // of one kind in one space

}  // namespace

std::string_view name_of(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::server_went_back: return "server_went_back";
    case EvidenceKind::server_changed_order: return "server_changed_order";
    case EvidenceKind::server_changed_log: return "server_changed_log";
    case EvidenceKind::run_withheld: return "run_withheld";
    case EvidenceKind::other_order_seen: return "other_order_seen";
    case EvidenceKind::device_forked: return "device_forked";
    case EvidenceKind::device_copied: return "device_copied";
  }
  return "unknown";
}

Bytes without_body(ledger::SealedRun run) {
  run.body.reset();
  return run.encode();
}

Result<bool> keep_evidence(store::Database& database, const Evidence& evidence) {
  FELTBOG_CHECK(database.run(
      "INSERT OR IGNORE INTO evidence(kind, space, found_at, first, second) "
      "SELECT ?1, ?2, ?3, ?4, ?5 "
      "WHERE (SELECT count(*) FROM evidence WHERE kind = ?1 AND space = ?2) < ?6",
      static_cast<std::int64_t>(evidence.kind), evidence.space, evidence.found_at.milliseconds,
      BytesView(evidence.first), BytesView(evidence.second), kKeptMax));
  return database.changes() > 0;
}

Result<std::vector<Evidence>> read_evidence(store::Database& database) {
  FELTBOG_TRY(rows, database.prepare(
                        "SELECT id, kind, space, found_at, first, second FROM evidence ORDER BY "
                        "id"));
  std::vector<Evidence> out;
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    Evidence next;
    next.id = rows.integer(0);
    next.kind = static_cast<EvidenceKind>(rows.integer(1));
    FELTBOG_TRY(space, rows.fixed<SpaceId>(2));
    next.space = space;
    next.found_at = WallTime{rows.integer(3)};
    next.first = to_bytes(rows.bytes(4));
    next.second = to_bytes(rows.bytes(5));
    out.push_back(std::move(next));
  }
}

}  // namespace feltbog::workspace
