// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/own_chain.h"

#include <algorithm>
#include <iterator>

#include "core/document/change_codec.h"
#include "core/workspace/access_log.h"
#include "core/workspace/renamed_changes.h"
#include "core/workspace/search_index.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

// A batch as it is stored: one or more changes that were made, or sealed, together.
using Batch = std::vector<document::Change>;

constexpr std::string_view kWhich =
    "space = ?1 AND writer = ?2 AND sequence >= ?3 AND own = 1 AND receipt IS NULL";

// Entries of the access log are no batches: they are kept in a table of their own.
Result<void> put_entries_back(Core& core, const ledger::RunHeader& met) {
  const SpaceLog* log = core.membership.space(met.space);
  if (log == nullptr || log->state.kind() != ledger::SpaceKind::access_log) return {};
  FELTBOG_TRY(rows, core.database->prepare("SELECT run FROM run WHERE " + std::string(kWhich)));
  rows.bind_all(met.space, met.writer(), met.sequence);
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return {};
    FELTBOG_TRY(run, ledger::SealedRun::decode(rows.bytes(0)));
    FELTBOG_CHECK(core.access->put_back(run));
  }
}

// Sealed, and perhaps sent, but confirmed by nobody: they stand where the other copy's run stands.
Result<void> unseal_from(Core& core, const ledger::RunHeader& met) {
  store::Database& database = *core.database;
  const WriterId writer = met.writer();
  FELTBOG_CHECK(put_entries_back(core, met));
  FELTBOG_CHECK(
      database.run("UPDATE batch SET run = NULL WHERE run IN (SELECT place FROM run "
                   "WHERE " +
                       std::string(kWhich) + ")",
                   met.space, writer, met.sequence));
  return database.run("DELETE FROM run WHERE " + std::string(kWhich), met.space, writer,
                      met.sequence);
}

Result<std::vector<Batch>> take_unsealed(store::Database& database, const SpaceId& space,
                                         const WriterId& writer) {
  std::vector<Batch> out;
  {
    FELTBOG_TRY(rows, database.prepare("SELECT body FROM batch WHERE space = ?1 AND writer = ?2 "
                                       "AND run IS NULL ORDER BY first_counter"));
    rows.bind_all(space, writer);
    while (true) {
      FELTBOG_TRY(more, rows.step());
      if (!more) break;
      FELTBOG_TRY(changes, document::decode_changes(writer, rows.bytes(0)));
      out.push_back(std::move(changes));
    }
  }
  FELTBOG_CHECK(database.run("DELETE FROM batch WHERE space = ?1 AND writer = ?2 AND run IS NULL",
                             space, writer));
  return out;
}

// Whether what is not sealed here under the run's names is the run's very changes, which then need
// not be kept twice. A run that cannot be opened is taken to differ.
Result<bool> drop_same(Core& core, const ledger::SealedRun& run) {
  const ledger::RunHeader& header = run.header;
  const WriterId writer = header.writer();
  FELTBOG_TRY(keys, core.membership.keys(header.space));
  const auto payload = ledger::open_run(run, *keys);
  if (!payload) return false;
  const auto delivered = document::decode_changes(writer, *payload);
  if (!delivered) return false;
  FELTBOG_TRY(own, take_unsealed(*core.database, header.space, writer));
  bool all_same = true;
  for (const Batch& batch : own) {
    Batch kept;
    for (const document::Change& change : batch) {
      const auto named = std::find_if(delivered->begin(), delivered->end(),
                                      [&](const auto& other) { return other.id == change.id; });
      if (named != delivered->end() && *named == change) continue;
      all_same = all_same && named == delivered->end();
      kept.push_back(change);
    }
    if (!kept.empty()) FELTBOG_CHECK(core.files.store(header.space, kept, std::nullopt));
  }
  return all_same;
}

// Documents made in them have other names now.
Result<void> index_anew(Core& core, const SpaceId& space, const std::vector<Batch>& old,
                        const ChangeNames& names) {
  store::Database& database = *core.database;
  FELTBOG_TRY(file, core.files.open(space));
  for (const Batch& batch : old) {
    for (const document::Change& change : batch) {
      for (std::uint32_t i = 0; i < change.ops.size(); ++i) {
        if (!std::holds_alternative<document::Create>(change.ops[i].action)) continue;
        const document::DocumentId id{change.id, i};
        FELTBOG_CHECK(forget_document(database, space, id));
        FELTBOG_CHECK(index_document(database, *file, renamed(names, id)));
      }
    }
  }
  return {};
}

// All that is not sealed, in the order it was made, under the incarnation `next`.
Result<void> write_anew(Core& core, const SpaceId& space, std::uint32_t next) {
  store::Database& database = *core.database;
  std::vector<Batch> batches;
  for (std::uint32_t incarnation = 1; incarnation < next; ++incarnation) {
    const WriterId writer = ledger::writer_id(space, core.identity.id, incarnation);
    FELTBOG_TRY(unsealed, take_unsealed(database, space, writer));
    std::move(unsealed.begin(), unsealed.end(), std::back_inserter(batches));
  }
  const WriterId writer = ledger::writer_id(space, core.identity.id, next);
  ChangeNames names;
  for (const Batch& batch : batches) number_anew(batch, writer, names);
  for (const Batch& batch : batches) {
    FELTBOG_CHECK(core.files.store(space, renamed(names, batch), std::nullopt));
  }
  FELTBOG_CHECK(database.run("INSERT OR IGNORE INTO writer VALUES(?1, ?2, ?3)", writer, space,
                             core.identity.id));
  // It has the changes under their old names.
  FELTBOG_CHECK(database.run("DELETE FROM saved_history WHERE space = ?1", space));
  return index_anew(core, space, batches, names);
}

Result<std::vector<SpaceId>> spaces_with_unsealed(store::Database& database) {
  std::vector<SpaceId> out;
  FELTBOG_TRY(rows, database.prepare("SELECT DISTINCT space FROM batch WHERE run IS NULL"));
  while (true) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return out;
    FELTBOG_TRY(space, rows.fixed<SpaceId>(0));
    out.push_back(space);
  }
}

}  // namespace

Result<bool> is_of_another_copy(Core& core, const ledger::SealedRun& run) {
  const ledger::RunHeader& header = run.header;
  if (header.device != core.identity.id ||
      !ledger::check_run_signature(run, core.membership.organisation())) {
    return false;
  }
  if (header.incarnation >= core.incarnation) return true;
  FELTBOG_TRY(row, core.database->prepare("SELECT 1 FROM run WHERE space = ?1 AND writer = ?2 AND "
                                          "sequence = ?3 AND own = 1 AND receipt IS NULL"));
  row.bind_all(header.space, header.writer(), header.sequence);
  return row.step();
}

Result<void> give_way(Core& core, const ledger::SealedRun& run) {
  store::Database& database = *core.database;
  const ledger::RunHeader& header = run.header;
  FELTBOG_CHECK(unseal_from(core, header));
  FELTBOG_CHECK(database.run("DELETE FROM saved_history WHERE space = ?1", header.space));
  // Those after it are met in turn, and must not be taken for this device's own.
  FELTBOG_CHECK(
      write_number(database, setting::kCopiedAs, std::max(core.incarnation, header.incarnation)));
  core.files.put_away(header.space);
  FELTBOG_TRY(all_same, drop_same(core, run));
  return all_same ? Result<void>() : begin_new_chain(core);
}

Result<bool> owes_new_chain(Core& core) {
  FELTBOG_TRY(copied, read_number(*core.database, setting::kCopiedAs, 0));
  return copied >= core.incarnation;
}

Result<void> begin_new_chain(Core& core) {
  store::Database& database = *core.database;
  FELTBOG_TRY(copied, read_number(database, setting::kCopiedAs, 0));
  const std::uint64_t next = std::max<std::uint64_t>(core.incarnation, copied) + 1;
  if (next > ledger::kIncarnationMax) return Error{ErrorCode::limit_exceeded, "incarnations"};
  FELTBOG_TRY(spaces, spaces_with_unsealed(database));
  FELTBOG_CHECK(write_number(database, setting::kIncarnation, next));
  core.write_as(static_cast<std::uint32_t>(next));
  for (const SpaceId& space : spaces) FELTBOG_CHECK(write_anew(core, space, core.incarnation));
  return {};
}

}  // namespace feltbog::workspace
