// SPDX-License-Identifier: Apache-2.0
// The organisation's log and every space's log as this device holds them: what the server has
// accepted, and behind it what was made here and still waits. Keys are opened from the wraps when
// first needed.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "core/ledger/invite.h"
#include "core/ledger/replica.h"
#include "core/ledger/space_builder.h"
#include "core/store/database.h"

namespace feltbog::workspace {

// One space's log. `state` includes the records that wait; the first `accepted` are the server's.
struct SpaceLog {
  ledger::SpaceState state;
  std::uint64_t accepted = 0;
};

// All calls that write expect to stand inside a transaction of `database` and change nothing in
// memory when they fail before it; after a rollback call load() again.
class Membership {
 public:
  explicit Membership(store::Database& database) : database_(&database) {}

  // Reads everything back. Errors: corrupt, and those of the database.
  Result<void> load(const ledger::DeviceIdentity& device);

  const ledger::OrganisationState& organisation() const { return organisation_; }
  std::uint64_t organisation_accepted() const { return organisation_accepted_; }
  const std::map<SpaceId, SpaceLog>& spaces() const { return spaces_; }
  // Null when this device holds no record of it.
  const SpaceLog* space(const SpaceId& space) const;
  // The keys this device can open; an empty ring when none.
  const ledger::Keyring& keys(const SpaceId& space);

  // Appends a record made here, to be offered to the server. Errors: those of the ledger's apply().
  Result<void> append(const ledger::Record& record);
  Result<void> append(const SpaceId& space, const ledger::SpaceStep& step);

  // Takes in records of the server, the first of sequence `first`. Waiting records that lost the
  // race are made anew on top where that still makes sense. Errors: fork_detected and those of
  // apply().
  Result<void> store(const ledger::LogName& log, std::uint64_t first,
                     std::span<const ledger::RecordItem> items, Random& random);
  Result<void> accept(const ledger::LogName& log, std::uint64_t sequence);
  // Drops a waiting record, and those behind it in its log, for good.
  Result<void> drop(const ledger::LogName& log, std::uint64_t sequence);

  // Makes what members owe each other: keys for colleagues' new devices, a new key where a barred
  // device holds the present one. Only in logs without waiting records.
  Result<void> do_duties(Random& random);
  bool has_duties();

  Result<std::vector<ledger::OutgoingRecord>> waiting(std::size_t bytes_max);
  Result<ledger::Amount> waiting_amount();

 private:
  // A waiting record that was taken out of its log.
  struct Overtaken {
    ledger::LogName log;
    ledger::Record record;
  };
  Result<void> load_organisation();
  Result<void> load_spaces();
  Result<void> store_one(const ledger::LogName& log, const ledger::RecordItem& item,
                         std::vector<Overtaken>& overtaken);
  Result<void> check_same(const ledger::LogName& log, std::uint64_t sequence, BytesView record);
  Result<void> apply(const ledger::LogName& log, const ledger::RecordItem& item, bool accepted);
  Result<void> take_back(const ledger::LogName& log, std::uint64_t from,
                         std::vector<Overtaken>& taken);
  Result<void> read_waiting(const ledger::LogName& log, std::uint64_t from,
                            std::vector<Overtaken>& taken);
  Result<void> make_anew(const Overtaken& overtaken, Random& random);
  Result<void> make_organisation_record_anew(const ledger::Record& record);
  Result<void> make_members_anew(const SpaceId& space, const ledger::MemberAdd& addition,
                                 Random& random);
  Result<std::vector<ledger::Cut>> known_cuts(const SpaceId& space);
  bool may_do_duties(const SpaceLog& log, const SpaceId& space);
  Result<void> duty_of(const SpaceId& space, Random& random);
  std::uint64_t accepted(const ledger::LogName& log) const;
  ledger::LogHead head(const ledger::LogName& log) const;

  store::Database* database_;
  const ledger::DeviceIdentity* device_ = nullptr;
  ledger::OrganisationState organisation_;
  std::uint64_t organisation_accepted_ = 0;
  std::map<SpaceId, SpaceLog> spaces_;
  std::map<SpaceId, ledger::Keyring> keys_;
};

}  // namespace feltbog::workspace
