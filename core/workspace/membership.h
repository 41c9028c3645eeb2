// SPDX-License-Identifier: Apache-2.0
// The organisation's log and every space's log as this device holds them: what the server has
// accepted, and behind it what was made here and still waits. Keys are opened from the wraps when
// first needed.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "core/ledger/invite.h"
#include "core/ledger/replica.h"
#include "core/ledger/space_builder.h"
#include "core/store/database.h"

namespace feltbog::workspace {

// One space's log. `state` includes the records that wait; the first `accepted` are the server's
// and never change again.
struct SpaceLog {
  ledger::SpaceState state;
  std::uint64_t accepted = 0;
  // The server will not have the space as it was created here: it is not offered until the
  // organisation's log has grown, and lives on this device alone.
  bool refused = false;

  // What was in it is destroyed, or is about to be.
  bool erased() const { return state.erased_at() != 0 && state.erased_at() <= accepted; }
  bool waits() const { return accepted != state.head().sequence; }
};

// All calls that write expect to stand inside a transaction of `database`. They may have changed
// memory when they fail: roll back and call load() again (Core::durably does).
class Membership {
 public:
  // Both must outlive it.
  Membership(store::Database& database, const ledger::DeviceIdentity& device)
      : database_(&database), device_(&device) {}

  // Reads everything back; after an error memory is as it was. Errors: corrupt, and those of the
  // database.
  Result<void> load();

  // Removes all records, for a device that turns to another invite.
  Result<void> forget();

  const ledger::OrganisationState& organisation() const { return organisation_; }
  std::uint64_t organisation_accepted() const { return organisation_accepted_; }
  bool organisation_waits() const {
    return !organisation_.empty() && organisation_accepted_ != organisation_.head().sequence;
  }
  const std::map<SpaceId, SpaceLog>& spaces() const { return spaces_; }
  // Null when this device holds no record of it.
  const SpaceLog* space(const SpaceId& space) const;
  // The keys this device can open; an empty ring when none. Errors: those of the database.
  Result<const ledger::Keyring*> keys(const SpaceId& id);

  // Destroys the sealed keys of a space and forgets those opened.
  Result<void> destroy_keys(const SpaceId& id);

  // Appends a record made here, to be offered to the server. Errors: those of the ledger's apply().
  Result<void> append(const ledger::Record& record);
  Result<void> append(const SpaceId& space, const ledger::SpaceStep& step);

  // Takes in records of the server, the first of sequence `first`. Waiting records that lost the
  // race are made anew on top where that still makes sense. True when the log is another now.
  // Errors: fork_detected, malformed (also: wraps the log does not announce) and those of apply().
  Result<bool> store(const ledger::LogName& log, std::uint64_t first,
                     std::span<const ledger::RecordItem> items, Random& random);
  // True when it was not known before. Error: not_found (no such record).
  Result<bool> accept(const ledger::LogName& log, std::uint64_t sequence);
  // The server will never have this waiting record: it is dropped, and what stood behind it is made
  // anew. A refused creation of a space is kept instead, see SpaceLog.
  Result<void> refuse(const ledger::LogName& log, std::uint64_t sequence, ErrorCode code,
                      Random& random);

  // The server holds less of a log than it once accepted: what it lacks is offered again until
  // forget_server(). Heads that are not a part of the log change nothing.
  void server_lacks(const ledger::LogName& log, const ledger::LogHead& server);
  void stop_offering(const ledger::LogName& log) { server_behind_.erase(log); }
  void forget_server() {
    server_behind_.clear();
    refused_.clear();
  }

  // Makes what members owe each other (membership_duties.cc), only in logs without waiting records.
  // `now` is this device's time, by which mandates are over.
  Result<void> do_duties(WallTime now, Random& random);
  Result<bool> has_duties(WallTime now);

  // Up to where the runs of those who leave are known here, for the record that ends their chains:
  // of barred devices that hold the present key, and of all devices of the users in `removed`.
  Result<std::vector<ledger::Cut>> known_cuts(const SpaceId& id, std::span<const UserId> removed);

  // The organisation's first, then space by space; about `bytes_max` bytes.
  Result<std::vector<ledger::OutgoingRecord>> waiting(std::size_t bytes_max);
  std::uint64_t waiting_count() const;
  std::uint64_t refused_count() const;

 private:
  // A waiting record that was taken out of its log.
  struct Overtaken {
    ledger::LogName log;
    ledger::Record record;
    Bytes wraps;
  };
  // What is owed in one space.
  struct Duties {
    std::vector<DeviceId> joining;
    std::vector<ledger::MandateId> mandates;
    std::vector<UserId> leaving;
    bool rotation = false;
    bool recovery_key = false;
    bool empty() const {
      return joining.empty() && mandates.empty() && leaving.empty() && !rotation && !recovery_key;
    }
  };
  Result<void> load_organisation();
  Result<void> load_spaces();
  Result<void> load_space(const SpaceId& id);
  Result<void> read_space_records(store::Statement& rows);
  Result<bool> store_one(const ledger::LogName& log, const ledger::RecordItem& item,
                         std::vector<Overtaken>& overtaken);
  Result<void> check_same(const ledger::LogName& log, std::uint64_t sequence, BytesView record);
  Result<void> apply(const ledger::LogName& log, const ledger::RecordItem& item, bool is_accepted);
  Result<void> apply_to_space(const SpaceId& id, const ledger::Record& record,
                              const ledger::RecordItem& item, bool is_accepted);
  Result<void> take_back(const ledger::LogName& log, std::uint64_t from,
                         std::vector<Overtaken>& taken);
  Result<void> read_waiting(const ledger::LogName& log, std::uint64_t from,
                            std::vector<Overtaken>& taken);
  Result<void> make_all_anew(std::span<const Overtaken> overtaken, Random& random);
  Result<void> make_anew(const Overtaken& overtaken, Random& random);
  Result<void> make_space_record_anew(const SpaceId& id, const ledger::Record& record,
                                      Random& random);
  Result<void> make_organisation_record_anew(const ledger::Record& record);
  bool owes_confirmation(const SpaceLog& log) const;
  Result<void> make_members_anew(const SpaceId& id, const ledger::MemberAdd& addition,
                                 Random& random);
  Result<void> make_removal_anew(const SpaceId& id, const ledger::MemberRemove& removal,
                                 Random& random);
  Result<void> add_known_cuts(const SpaceId& id, const DeviceId& device,
                              std::vector<ledger::Cut>& cuts);
  Result<bool> may_do_duties(const SpaceLog& log, const SpaceId& id);
  Result<void> duty_of(const SpaceId& id, WallTime now, Random& random);
  Duties duties_in(const SpaceLog& log, WallTime now) const;
  Result<ledger::SpaceStep> make_duty(const SpaceLog& log, const Duties& duties, Random& random);
  std::uint64_t accepted(const ledger::LogName& log) const;
  // Up to where nothing has to be offered.
  std::uint64_t confirmed(const ledger::LogName& log) const;
  ledger::LogHead head(const ledger::LogName& log) const;
  Result<bool> read_outgoing(const ledger::LogName& log, std::size_t bytes_max, std::size_t& bytes,
                             std::vector<ledger::OutgoingRecord>& out);

  store::Database* database_;
  const ledger::DeviceIdentity* device_;
  ledger::OrganisationState organisation_;
  std::uint64_t organisation_accepted_ = 0;
  std::map<SpaceId, SpaceLog> spaces_;
  std::map<SpaceId, ledger::Keyring> keys_;
  std::map<ledger::LogName, std::uint64_t> server_behind_;  // of the present session's server
  // Where it refused a record in this session: no duty is tried there again before the next one.
  std::set<SpaceId> refused_;
};

}  // namespace feltbog::workspace
