// SPDX-License-Identifier: Apache-2.0
// Which keys of spaces each device could ever work out, and whether it should. A model of its own:
// it takes the formats of docs/ledger.md apart and shares none of the ledger's rules. It is told
// everything the server ever saw, whomever the server showed it to, and every device's secrets.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/ledger/organisation_record.h"
#include "core/ledger/space_record.h"

namespace feltbog::sim {

class Knowledge {
 public:
  void add_device(const ledger::DeviceIdentity& identity);
  // Records of each log in order, the organisation's before those that cite them; with the wraps
  // beside it, if any.
  void add_record(const ledger::Record& record, BytesView wraps);
  // After the records it cites.
  void add_run(BytesView encoded);

  // Whoever can derive a key it must not, and every run sealed to somebody who must not read it:
  //  - a device knows the key of an epoch only from a record of that epoch or a later one, at which
  //    its user is a member and which cites an organisation in which the device is active;
  //  - at the heads a run cites, everybody who knows its key is an active device of a member
  //    or, of a file, one on duty.
  std::vector<std::string> problems() const;

  std::size_t keys_known() const;  // over all devices
  bool knows(const DeviceId& device, const SpaceId& space, std::uint32_t epoch) const;

 private:
  struct Device {
    UserId user;
    std::uint64_t added_at = 0;
    std::uint64_t barred_at = 0;  // 0: never
  };
  struct Epoch {
    KeyId key;
    std::uint64_t since = 0;  // the record that began it
    Bytes sealed_previous;
  };
  // What one record left the space as.
  struct Step {
    std::uint64_t cited = 0;  // the organisation's record
    std::set<UserId> members;
  };
  struct Blob {
    ledger::KeyWraps wraps;
    DeviceId issuer;
    std::uint64_t sequence = 0;
  };
  struct Space {
    bool is_file = false;
    std::vector<Step> steps;    // of record 1, 2, ...
    std::vector<Epoch> epochs;  // 1, 2, ...
    std::vector<Blob> blobs;
  };
  struct Known {
    crypto::Key key;
    std::uint64_t since = 0;  // the first record of the space's log by which it is known
  };
  using KeyName = std::pair<SpaceId, std::uint32_t>;
  struct Secrets {
    crypto::AgreementSecret agreement;
    std::map<KeyName, Known> keys;
  };
  struct Organise;
  struct Grow;

  void try_blob(Secrets& secrets, const SpaceId& space, const Blob& blob);
  void learn(Secrets& secrets, const SpaceId& space, BytesView key, std::uint64_t since);
  void try_chain(Secrets& secrets, const SpaceId& space, const crypto::Key& key,
                 std::uint64_t since, std::uint32_t epoch);
  void try_newest_chain(Secrets& secrets, const SpaceId& space);
  bool may_read(const DeviceId& device, const Space& space, const Step& step,
                std::uint64_t organisation) const;
  std::uint64_t allowed_from(const DeviceId& device, const Space& space, std::uint64_t from) const;

  OrganisationId organisation_;
  std::uint64_t organisation_length_ = 0;
  std::map<DeviceId, Device> devices_;
  std::map<std::uint64_t, std::vector<DeviceId>> duty_;  // from that record on
  std::map<ledger::MandateId, UserId> holders_;          // of mandates
  std::map<SpaceId, Space> spaces_;
  std::map<DeviceId, Secrets> secrets_;
  std::vector<std::string> run_problems_;
};

}  // namespace feltbog::sim
