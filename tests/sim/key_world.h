// SPDX-License-Identifier: Apache-2.0
// An organisation whose devices see its logs late, at different times, or on purpose never, and go
// on changing members, rotating keys and sealing; barred devices work with the server. Ledger and
// keys only: no documents, no disk, no sessions. One seed decides everything.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "core/ledger/run.h"
#include "core/ledger/space_builder.h"
#include "tests/sim/knowledge.h"
#include "tests/support/seeded_random.h"

namespace feltbog::sim {

class KeyWorld {
 public:
  explicit KeyWorld(std::uint64_t seed);

  // Somebody does something.
  void step();
  const Knowledge& knowledge() const { return knowledge_; }
  // Whether the model knows of every key that stands in a device's own ring.
  bool rings_agree() const;

  struct Counts {
    int members_removed = 0;
    int rotations = 0;
    int joins = 0;
    int mandates_carried_out = 0;
    int mandates_taken_back = 0;
    int barred = 0;
    int runs = 0;
    int lost_races = 0;
    int by_barred = 0;  // records the server took from a device barred by then
  };
  const Counts& counts() const { return counts_; }

 private:
  struct View {
    ledger::SpaceState state;
    ledger::Keyring ring;
    ledger::WriterTip tip;
  };
  struct Device {
    UserId user;
    ledger::DeviceIdentity identity;
    bool is_hostile = false;  // once barred, it looks away
    ledger::OrganisationState organisation;
    std::map<SpaceId, View> spaces;
  };
  struct Log {
    ledger::SpaceState state;
    std::vector<ledger::SpaceStep> steps;
  };

  std::size_t below(std::size_t bound);
  Device& any_device() { return devices_[below(devices_.size())]; }
  SpaceId any_space();
  void pull(Device& device);
  void pull_space(Device& device, const SpaceId& space);
  bool append(const ledger::Record& record);
  template <class Payload>
  void organise(Device& author, const Payload& payload);
  void enrol(const UserId& user);
  void add_person(ledger::RoleSet roles);
  bool offer(Device& author, const SpaceId& space, const Result<ledger::SpaceStep>& made);
  bool offer(Device& author, const SpaceId& space, const Result<ledger::RotationStep>& made);
  void create_space(Device& author);
  void act_in(Device& author, const SpaceId& space);
  void seal(Device& author, const SpaceId& space);
  void bar_somebody();
  // Who is on duty changes, or a mandate is given or ended.
  void set_duty();
  void give_mandate();
  void end_mandate();

  testing::SeededRandom random_;
  Knowledge knowledge_;
  Counts counts_;
  ledger::OrganisationState organisation_;
  std::vector<ledger::Record> records_;
  std::map<SpaceId, Log> logs_;
  std::deque<Device> devices_;
};

}  // namespace feltbog::sim
