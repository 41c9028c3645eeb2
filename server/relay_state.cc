// SPDX-License-Identifier: Apache-2.0
// Reading a relay's state back from its database, and grouping commits.
#include "server/relay_state.h"

#include <algorithm>
#include <utility>

#include "server/relay_schema.h"

namespace feltbog::server {
namespace {

Error as_corrupt(std::string_view what, const Error& error) {
  return {ErrorCode::corrupt,
          std::string(what) + ": " + std::string(error_name(error.code)) + " " + error.detail};
}

}  // namespace

Result<std::unique_ptr<RelayState>> RelayState::open(std::unique_ptr<store::Database> database,
                                                     Random& random) {
  std::unique_ptr<RelayState> state(new RelayState());
  state->database_ = std::move(database);
  FELTBOG_CHECK(store::migrate(*state->database_, relay_migrations()));
  FELTBOG_CHECK(state->load_incarnation(random));
  FELTBOG_CHECK(state->load_organisation());
  return state;
}

Result<void> RelayState::load_incarnation(Random& random) {
  FELTBOG_TRY(read, database_->prepare("SELECT value FROM setting WHERE name = 'incarnation'"));
  FELTBOG_TRY(found, read.step());
  if (found) {
    FELTBOG_TRY(stored, read.fixed<ServerIncarnation>(0));
    incarnation_ = stored;
    return {};
  }
  incarnation_ = random.make<ServerIncarnation>();
  return database_->run("INSERT INTO setting (name, value) VALUES ('incarnation', ?1)",
                        incarnation_);
}

Result<void> RelayState::load_organisation() {
  organisation_ = {};
  FELTBOG_TRY(read,
              database_->prepare("SELECT record FROM record WHERE log_kind = 1 ORDER BY sequence"));
  for (;;) {
    FELTBOG_TRY(found, read.step());
    if (!found) return {};
    auto record = ledger::Record::decode(read.bytes(0));
    if (!record) return as_corrupt("organisation record", record.error());
    auto applied = organisation_.apply_verified(*record);
    if (!applied) return as_corrupt("organisation record", applied.error());
  }
}

Result<std::optional<SpaceEntry>> RelayState::load_space(const SpaceId& space) {
  FELTBOG_TRY(row, database_->prepare("SELECT last_position, order_hash, run_bytes, chunk_bytes "
                                      "FROM space WHERE space = ?1"));
  FELTBOG_TRY(exists, row.bind_all(space).step());
  if (!exists) return std::optional<SpaceEntry>();
  SpaceEntry entry;
  entry.last_position = static_cast<std::uint64_t>(row.integer(0));
  FELTBOG_TRY(order, row.fixed<ledger::PositionHash>(1));
  entry.order = order;
  entry.run_bytes = static_cast<std::uint64_t>(row.integer(2));
  entry.chunk_bytes = static_cast<std::uint64_t>(row.integer(3));
  FELTBOG_TRY(read, database_->prepare("SELECT record FROM record WHERE log_kind = 2 AND log = ?1 "
                                       "ORDER BY sequence"));
  read.bind_all(space);
  for (;;) {
    FELTBOG_TRY(found, read.step());
    if (!found) break;
    auto record = ledger::Record::decode(read.bytes(0));
    if (!record) return as_corrupt("space record", record.error());
    auto applied = entry.state.apply_verified(*record, organisation_);
    if (!applied) return as_corrupt("space record", applied.error());
  }
  return std::optional<SpaceEntry>(std::move(entry));
}

Result<void> RelayState::refresh() {
  if (!stale_) return {};
  FELTBOG_CHECK(load_organisation());
  stale_ = false;
  return {};
}

Result<SpaceEntry*> RelayState::space(const SpaceId& space) {
  FELTBOG_CHECK(refresh());
  const auto found = spaces_.find(space);
  if (found != spaces_.end()) {
    found->second.last_used = ++uses_;
    return &found->second;
  }
  FELTBOG_TRY(loaded, load_space(space));
  if (!loaded) return static_cast<SpaceEntry*>(nullptr);
  return put_space(space, std::move(*loaded));
}

SpaceEntry* RelayState::put_space(const SpaceId& space, SpaceEntry entry) {
  evict();
  entry.last_used = ++uses_;
  return &spaces_.insert_or_assign(space, std::move(entry)).first->second;
}

void RelayState::evict() {
  if (spaces_.size() < kSpacesCachedMax) return;
  const auto oldest =
      std::ranges::min_element(spaces_, {}, [](const auto& item) { return item.second.last_used; });
  spaces_.erase(oldest);
}

Result<void> RelayState::write(const std::function<Result<void>()>& change) {
  if (lost_) return *lost_;
  if (!transaction_) {
    auto begun = database_->begin();
    if (!begun) return lose(begun.error());
    transaction_.emplace(std::move(begun).value());
  }
  auto changed = change();
  if (!changed) return lose(changed.error());
  return grouped_ ? Result<void>() : commit();
}

Result<void> RelayState::commit() {
  if (lost_) return *std::exchange(lost_, std::nullopt);
  if (!transaction_) return {};
  auto committed = transaction_->commit();
  if (committed) {
    transaction_.reset();
    return {};
  }
  auto failed = lose(committed.error());
  lost_.reset();  // said here
  return failed;
}

// Memory goes back to what the database says. A grouped loss stays known until commit() has told
// it.
Result<void> RelayState::lose(Error error) {
  transaction_.reset();
  spaces_.clear();
  stale_ = !load_organisation().has_value();
  if (grouped_) lost_ = error;
  return error;
}

}  // namespace feltbog::server
