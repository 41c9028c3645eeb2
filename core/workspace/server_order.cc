// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/server_order.h"

#include <algorithm>

#include "core/ledger/receipt.h"
#include "core/workspace/outbox.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

// None for what does not even have a header: it has no place in an order.
std::optional<RunHash> header_hash(BytesView encoded) {
  const auto hash = ledger::stored_run_hash(encoded);
  return hash ? std::optional<RunHash>(*hash) : std::nullopt;
}

}  // namespace

Result<void> ServerOrder::meet(const ServerIncarnation& incarnation) {
  starting_over_.clear();
  met_ = incarnation;
  store::Database& database = *core_->database;
  FELTBOG_TRY(met, read_setting(database, setting::kServerIncarnation));
  if (met && std::ranges::equal(*met, incarnation.view())) return {};
  FELTBOG_CHECK(database.run("DELETE FROM run_order"));
  return database.run("DELETE FROM space_head");
}

Result<bool> ServerOrder::keep(EvidenceKind kind, const SpaceId& space, Bytes first, Bytes second) {
  return keep_evidence(*core_->database, {0, kind, space, core_->environment.clock->wall_time(),
                                          std::move(first), std::move(second)});
}

Result<std::uint64_t> ServerOrder::cursor(const SpaceId& space,
                                          const ServerIncarnation& incarnation) {
  FELTBOG_TRY(row, core_->database->prepare(
                       "SELECT position FROM cursor WHERE space = ?1 AND incarnation = ?2"));
  row.bind_all(space, incarnation);
  FELTBOG_TRY(found, row.step());
  return found ? static_cast<std::uint64_t>(row.integer(0)) : 0;
}

Result<std::optional<RunHash>> ServerOrder::noted_run(const SpaceId& space,
                                                      std::uint64_t position) {
  FELTBOG_TRY(row, core_->database->prepare(
                       "SELECT run FROM run_order WHERE space = ?1 AND position = ?2"));
  row.bind_all(space, position);
  FELTBOG_TRY(found, row.step());
  if (!found) return std::optional<RunHash>();
  FELTBOG_TRY(run, row.fixed<RunHash>(0));
  return std::optional<RunHash>(run);
}

Result<std::optional<ledger::PositionHash>> ServerOrder::order_at(const SpaceId& space,
                                                                  std::uint64_t position) {
  using Order = std::optional<ledger::PositionHash>;
  if (position == 0) return Order(ledger::PositionHash{});
  FELTBOG_TRY(row, core_->database->prepare("SELECT order_hash FROM run_order WHERE space = ?1 AND "
                                            "position = ?2 AND order_hash IS NOT NULL"));
  row.bind_all(space, position);
  FELTBOG_TRY(found, row.step());
  if (!found) return Order();
  FELTBOG_TRY(order, row.fixed<ledger::PositionHash>(0));
  return Order(order);
}

Result<std::optional<Bytes>> ServerOrder::newest_head(const SpaceId& space) {
  FELTBOG_TRY(row, core_->database->prepare("SELECT head FROM space_head WHERE space = ?1"));
  row.bind(1, space);
  FELTBOG_TRY(found, row.step());
  if (!found) return std::optional<Bytes>();
  return std::optional<Bytes>(to_bytes(row.bytes(0)));
}

Result<ServerOrder::Followed> ServerOrder::follow(const SpaceId& space,
                                                  const ServerIncarnation& incarnation,
                                                  std::span<const ledger::RunItem> runs,
                                                  std::uint64_t position) {
  Followed out;
  FELTBOG_TRY(before, cursor(space, incarnation));
  if (starting_over_.contains(space)) return Followed{before, false, false};
  out.position = std::min(before, runs.empty() ? position : runs.front().position - 1);
  // What is delivered once more counts; what leads to less than was there has gone back.
  out.went_back = position < before;
  if (out.position < before) {
    FELTBOG_CHECK(core_->database->run("DELETE FROM run_order WHERE space = ?1 AND position > ?2",
                                       space, out.position));
  }
  FELTBOG_TRY(order, order_at(space, out.position));
  auto delivered = runs.begin();
  for (std::uint64_t next = out.position + 1; next <= position; ++next) {
    FELTBOG_TRY(noted, noted_run(space, next));
    std::optional<RunHash> run = noted;
    if (delivered != runs.end() && delivered->position == next) {
      run = header_hash((delivered++)->run);
    }
    if (run && noted && *run != *noted) {
      FELTBOG_TRY(found, receipt_broken(space));
      out.went_back = true;
      out.found = out.found || found;
    }
    if (!run) {
      FELTBOG_TRY(head, newest_head(space));
      FELTBOG_TRY(found, keep(EvidenceKind::run_withheld, space, head.value_or(Bytes()), {}));
      out.found = out.found || found;
      break;
    }
    if (order) order = ledger::extend_order(*order, next, *run);
    FELTBOG_CHECK(core_->database->run("INSERT OR REPLACE INTO run_order VALUES(?1, ?2, ?3, ?4)",
                                       space, next, *run, order));
    out.position = next;
  }
  return out;
}

// Another run stands where a receipt put one of this device's own.
Result<bool> ServerOrder::receipt_broken(const SpaceId& space) {
  FELTBOG_TRY(head, newest_head(space));
  return keep(EvidenceKind::server_changed_order, space, head.value_or(Bytes()), {});
}

Result<void> ServerOrder::note(const ledger::Receipt& receipt) {
  if (receipt.incarnation != met_) return {};
  for (const ledger::ReceiptEntry& entry : receipt.entries) {
    FELTBOG_CHECK(core_->database->run(
        "INSERT OR IGNORE INTO run_order(space, position, run) VALUES(?1, ?2, ?3)", receipt.space,
        entry.position, entry.run));
  }
  return {};
}

// A head of less than was signed before, or of something else.
Result<bool> ServerOrder::check_head(const SpaceId& space, const ServerIncarnation& incarnation,
                                     BytesView encoded) {
  FELTBOG_TRY(head, ledger::verify_space_head(encoded, core_->membership.organisation()));
  if (head.space != space || head.incarnation != incarnation) {
    return Error{ErrorCode::malformed, "head of another space"};
  }
  if (starting_over_.contains(space)) return false;
  FELTBOG_TRY(found, check_log(space, head, encoded));
  FELTBOG_TRY(previous, newest_head(space));
  if (previous) {
    FELTBOG_TRY(said, ledger::SpaceHead::decode(*previous));
    if (said.position > head.position || said.log.sequence > head.log.sequence) {
      FELTBOG_TRY(kept, keep(EvidenceKind::server_went_back, space, *previous, to_bytes(encoded)));
      found = found || kept;
    }
  }
  FELTBOG_TRY(at, cursor(space, incarnation));
  if (head.position != at) return found;  // a run is missing, which follow() has noted
  FELTBOG_TRY(order, order_at(space, at));
  if (order && *order != head.order) {
    FELTBOG_TRY(kept, keep(EvidenceKind::server_changed_order, space, previous.value_or(Bytes()),
                           to_bytes(encoded)));
    FELTBOG_CHECK(start_over(space, incarnation));
    return found || kept;
  }
  if (!order) {
    // Followed since before orders were checked: this head is where that begins.
    FELTBOG_CHECK(core_->database->run(
        "INSERT INTO run_order(space, position, run, order_hash) VALUES(?1, ?2, zeroblob(32), ?3) "
        "ON CONFLICT DO UPDATE SET order_hash = excluded.order_hash",
        space, at, head.order));
  }
  FELTBOG_CHECK(
      core_->database->run("INSERT OR REPLACE INTO space_head VALUES(?1, ?2)", space, encoded));
  return found;
}

Result<bool> ServerOrder::check_log(const SpaceId& space, const ledger::SpaceHead& head,
                                    BytesView encoded) {
  const SpaceLog* log = core_->membership.space(space);
  if (log == nullptr || head.log.sequence > log->accepted || log->state.contains(head.log)) {
    return false;
  }
  FELTBOG_TRY(row, core_->database->prepare(
                       "SELECT record FROM space_record WHERE space = ?1 AND sequence = ?2"));
  row.bind_all(space, head.log.sequence);
  FELTBOG_TRY(found, row.step());
  return keep(EvidenceKind::server_changed_log, space, found ? to_bytes(row.bytes(0)) : Bytes(),
              to_bytes(encoded));
}

// The next session asks for all of the space, and offers what this device wrote.
Result<void> ServerOrder::start_over(const SpaceId& space, const ServerIncarnation& incarnation) {
  store::Database& database = *core_->database;
  starting_over_.insert(space);
  FELTBOG_CHECK(
      database.run("DELETE FROM cursor WHERE space = ?1 AND incarnation = ?2", space, incarnation));
  FELTBOG_CHECK(database.run("DELETE FROM run_order WHERE space = ?1", space));
  FELTBOG_CHECK(database.run("DELETE FROM space_head WHERE space = ?1", space));
  FELTBOG_CHECK(offer_again(database, space));
  return {};
}

Result<bool> ServerOrder::check_witness(const ledger::SealedRun& run) {
  const auto& witness = run.header.witness;
  if (!witness || witness->incarnation != met_) return false;
  FELTBOG_TRY(order, order_at(run.header.space, witness->position));
  if (!order || *order == witness->order) return false;
  FELTBOG_TRY(head, newest_head(run.header.space));
  return keep(EvidenceKind::other_order_seen, run.header.space, head.value_or(Bytes()),
              without_body(run));
}

Result<std::optional<ledger::OrderWitness>> ServerOrder::witness(const SpaceId& space) {
  FELTBOG_TRY(newest, newest_head(space));
  if (!newest) return std::optional<ledger::OrderWitness>();
  FELTBOG_TRY(head, ledger::SpaceHead::decode(*newest));
  if (head.position == 0) return std::optional<ledger::OrderWitness>();
  return std::optional<ledger::OrderWitness>({head.incarnation, head.position, head.order});
}

}  // namespace feltbog::workspace
