// SPDX-License-Identifier: Apache-2.0
// Random membership histories against a second, much plainer account of the same rules, which also
// tracks every key a device could ever derive.
#include <doctest/doctest.h>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

// Plain sets, and what they allow. Knows nothing of records, hashes or epochs' keys.
struct Model {
  struct User {
    RoleSet roles;
    bool suspended = false;
  };
  std::map<UserId, User> users;
  std::map<DeviceId, UserId> owner;
  std::set<DeviceId> active;
  std::map<UserId, SpaceRole> members;
  UserId creator;
  std::set<DeviceId> holders;                     // of the current key
  std::size_t recovery_key = 0;                   // how many there were
  std::set<std::size_t> recovery_holders;         // of the current key
  std::map<std::size_t, std::uint32_t> recovers;  // the newest epoch each was ever given
  std::map<DeviceId, std::uint32_t> knows;  // the newest epoch whose key a device was ever given
  std::uint32_t epoch = 1;
  struct Mandate {
    MandateId id;
    UserId holder;
    std::optional<UserId> from;  // whose files; none: this file, in an emergency
    bool ends_by_time = true;
    bool ended = false;
    bool used = false;
  };
  std::vector<Mandate> mandates;
  std::map<UserId, std::size_t> by_mandate;  // members, and which mandate brought them
  std::set<DeviceId> duty;

  std::set<DeviceId> devices(const UserId& user) const {
    std::set<DeviceId> out;
    for (const DeviceId& device : active) {
      if (owner.at(device) == user) out.insert(device);
    }
    return out;
  }
  bool may_act(const DeviceId& author) const {
    return active.contains(author) && members.contains(owner.at(author)) &&
           holders.contains(author);
  }
  bool may_manage(const DeviceId& author) const {
    if (!may_act(author)) return false;
    const UserId& user = owner.at(author);
    const bool by_role =
        users.at(user).roles.has_any({Role::caseworker, Role::supervisor, Role::administrator});
    return members.at(user) == SpaceRole::writer && (user == creator || by_role);
  }
  bool may_add(const DeviceId& author, const UserId& user, SpaceRole role) const {
    const bool stays_on = by_mandate.contains(user) && members.at(user) == role;
    return may_manage(author) && !users.at(user).suspended && (!members.contains(user) || stays_on);
  }
  bool serves(const DeviceId& device) const {
    return active.contains(device) && duty.contains(device) && holders.contains(device);
  }
  bool may_hold(const DeviceId& device) const {
    return active.contains(device) && (members.contains(owner.at(device)) || duty.contains(device));
  }
  bool may_carry_out(const DeviceId& author, const Mandate& mandate) const {
    const bool applies =
        !mandate.from || (members.contains(*mandate.from) && !by_mandate.contains(*mandate.from));
    return (may_act(author) || serves(author)) && !mandate.ended && !mandate.used && applies &&
           !users.at(mandate.holder).suspended && !members.contains(mandate.holder);
  }
  bool may_take_out(const DeviceId& author, const UserId& user) const {
    if (!may_act(author) || owner.at(author) == user || !by_mandate.contains(user)) return false;
    const Mandate& mandate = mandates[by_mandate.at(user)];
    return mandate.ended || mandate.ends_by_time;
  }
  void take_out(const UserId& user) {
    members.erase(user);
    by_mandate.erase(user);
    rotate();
  }
  bool may_remove(const DeviceId& author, const UserId& user) const {
    return may_manage(author) && members.contains(user) && owner.at(author) != user;
  }
  bool may_join(const DeviceId& author, const DeviceId& device) const {
    return (may_act(author) || serves(author)) && may_hold(device) && !holders.contains(device);
  }
  void give(const std::set<DeviceId>& devices) {
    for (const DeviceId& device : devices) {
      holders.insert(device);
      knows[device] = epoch;
    }
    if (recovery_key == 0) return;
    recovery_holders.insert(recovery_key);
    recovers[recovery_key] = epoch;
  }
  void rotate() {
    ++epoch;
    holders.clear();
    recovery_holders.clear();
    for (const auto& [device, user] : owner) {
      if (may_hold(device)) give({device});
    }
    give({});
  }
};

struct History {
  explicit History(std::uint64_t seed) : office(seed), room(started()) {
    for (const Phone& phone : office.phones) learn(phone);
    for (const Member& member : room.state.members()) model.members[member.user] = member.role;
    model.creator = office.founder().user;
    for (const Member& member : room.state.members()) model.give(model.devices(member.user));
  }

  Room started() {
    Phone& caseworker = office.add_person({Role::caseworker});
    Phone& worker = office.add_person({Role::worker});
    office.add_person({Role::worker});
    office.add_person({Role::supervisor});
    return Room(office, office.founder(),
                {{caseworker.user, SpaceRole::writer}, {worker.user, SpaceRole::reader}});
  }
  void learn(const Phone& phone) {
    model.owner[phone.id()] = phone.user;
    model.active.insert(phone.id());
    model.users[phone.user].roles = office.state.roles(phone.user);
  }
  const Phone& any() { return office.phones[office.random.below(office.phones.size())]; }

  // Requires that the log takes what the model allows, and only that.
  bool agree(bool allowed, const Result<SpaceStep>& step) {
    REQUIRE(step.has_value() == allowed);
    if (step) room.take(*step);
    return allowed;
  }
  static Result<SpaceStep> step_of(Result<RotationStep> rotation) {
    if (!rotation) return rotation.error();
    return std::move(rotation->step);
  }

  void add() {
    const Phone& author = any();
    const UserId user = any().user;
    const bool reader = office.random.one_in(3);
    const Member member{user, reader ? SpaceRole::reader : SpaceRole::writer};
    if (agree(model.may_add(author.id(), user, member.role),
              add_members(room.state, office.state, room.ring(author), {member}, author.identity,
                          office.random))) {
      model.members[user] = member.role;
      model.by_mandate.erase(user);
      model.give(model.devices(user));
    }
  }
  void set_duty() {
    std::set<DeviceId> duty;
    for (std::size_t i = office.random.below(3); i > 0; --i) {
      const Phone& phone = any();
      const RoleSet roles = office.state.roles(phone.user);
      if (model.active.contains(phone.id()) &&
          roles.has_any({Role::caseworker, Role::supervisor, Role::administrator})) {
        duty.insert(phone.id());
      }
    }
    office.append(office.founder(), DutySet{{duty.begin(), duty.end()}});
    model.duty = duty;
  }
  void give_mandate() {
    Model::Mandate made{office.random.make<MandateId>(), any().user, std::nullopt};
    Mandate mandate{made.id,
                    made.holder,
                    room.state.id(),
                    MandateGround::urgent_visit,
                    WallTime{1'000'000},
                    WallTime{2'000'000}};
    if (office.random.one_in(2)) {
      made.from = any().user;
      mandate.scope = *made.from;
      made.ends_by_time = office.random.one_in(2);
      mandate.ground = made.ends_by_time ? MandateGround::absence : MandateGround::hand_over;
      if (!made.ends_by_time) mandate.until = {};
    }
    if (made.from == made.holder || model.users.at(made.holder).suspended) return;
    office.append(office.founder(), MandateGive{mandate});
    model.mandates.push_back(made);
  }
  void end_mandate() {
    if (model.mandates.empty()) return;
    auto& mandate = model.mandates[office.random.below(model.mandates.size())];
    if (mandate.ended) return;
    office.append(office.founder(), MandateEnd{mandate.id});
    mandate.ended = true;
  }
  void carry_out() {
    if (model.mandates.empty()) return;
    const Phone& author = any();
    const std::size_t number = office.random.below(model.mandates.size());
    Model::Mandate& mandate = model.mandates[number];
    if (!agree(model.may_carry_out(author.id(), mandate),
               join_mandates(room.state, office.state, room.ring(author), {mandate.id},
                             author.identity, office.random))) {
      return;
    }
    model.members[mandate.holder] =
        mandate.from ? model.members.at(*mandate.from) : SpaceRole::writer;
    model.by_mandate[mandate.holder] = number;
    mandate.used = true;
    model.give(model.devices(mandate.holder));
  }
  void take_out() {
    const Phone& author = any();
    const UserId user = any().user;
    if (agree(model.may_take_out(author.id(), user),
              step_of(leave_mandates(room.state, office.state, room.ring(author), {user}, {},
                                     author.identity, office.random)))) {
      model.take_out(user);
    }
  }
  void remove() {
    const Phone& author = any();
    const UserId user = any().user;
    if (agree(model.may_remove(author.id(), user),
              step_of(remove_members(room.state, office.state, room.ring(author), {user}, {},
                                     author.identity, office.random)))) {
      model.take_out(user);
    }
  }
  void join() {
    const Phone& author = any();
    const DeviceId device = any().id();
    if (agree(model.may_join(author.id(), device),
              join_devices(room.state, office.state, room.ring(author), {device}, author.identity,
                           office.random))) {
      model.give({device});
    }
  }
  void rotate() {
    const Phone& author = any();
    if (agree(model.may_act(author.id()),
              step_of(rotate_epoch(room.state, office.state, room.ring(author), {}, author.identity,
                                   office.random)))) {
      model.rotate();
    }
  }
  void set_recovery_key() {
    recovery_keys.push_back(office.set_recovery_key());
    model.recovery_key = recovery_keys.size();
  }
  void join_recovery_key() {
    const Phone& author = any();
    const bool lacks =
        model.recovery_key != 0 && !model.recovery_holders.contains(model.recovery_key);
    if (agree(model.may_act(author.id()) && lacks,
              ledger::join_recovery_key(room.state, office.state, room.ring(author),
                                        author.identity, office.random))) {
      model.give({});
    }
  }
  void enrol() {
    const UserId user = any().user;
    if (model.users.at(user).suspended || office.phones.size() > 14) return;
    learn(office.enrol(user));
  }
  void revoke() {
    const Phone& phone = any();
    if (phone.id() == office.founder().id() || !model.active.contains(phone.id())) return;
    office.append(office.founder(), DeviceRevoke{phone.id(), {}});
    model.active.erase(phone.id());
  }
  void suspend() {
    const UserId user = any().user;
    if (user == office.founder().user) return;
    auto& entry = model.users.at(user);
    if (entry.suspended) {
      office.append(office.founder(), UserReinstate{user});
    } else {
      office.append(office.founder(), UserSuspend{user, {}});
      for (const DeviceId& device : model.devices(user)) model.active.erase(device);
    }
    entry.suspended = !entry.suspended;
  }
  void step() {
    switch (office.random.below(25)) {
      case 0:
      case 1:
      case 2: return add();
      case 3:
      case 4: return remove();
      case 5:
      case 6: return join();
      case 7:
      case 8: return rotate();
      case 9: return enrol();
      case 10: return revoke();
      case 11: return set_recovery_key();
      case 12:
      case 13: return join_recovery_key();
      case 14: return set_duty();
      case 15:
      case 16: return give_mandate();
      case 17: return end_mandate();
      case 18:
      case 19:
      case 20: return carry_out();
      case 21:
      case 22:
      case 23: return take_out();
      default: return suspend();
    }
  }

  void compare() {
    std::map<UserId, SpaceRole> members;
    for (const Member& member : room.state.members()) members[member.user] = member.role;
    REQUIRE(members == model.members);
    REQUIRE(room.state.epoch().number == model.epoch);
    std::set<DeviceId> holders;
    for (const auto& [device, since] : room.state.epoch().holders) holders.insert(device);
    REQUIRE(holders == model.holders);
    std::map<UserId, MandateId> by_mandate;
    for (const auto& [user, number] : model.by_mandate) {
      by_mandate[user] = model.mandates[number].id;
    }
    for (const Member& member : room.state.members()) {
      const MandateEntry* entry = room.state.mandate_of(member.user, office.state);
      REQUIRE((entry != nullptr) == by_mandate.contains(member.user));
      if (entry != nullptr) REQUIRE(entry->mandate.id == by_mandate.at(member.user));
    }
    bool barred = false;
    for (const DeviceId& device : model.holders) barred |= !model.may_hold(device);
    bool replaced = false;
    for (const std::size_t key : model.recovery_holders) replaced |= key != model.recovery_key;
    REQUIRE(room.state.needs_rotation(office.state) == (barred || replaced));
    const bool lacks =
        model.recovery_key != 0 && !model.recovery_holders.contains(model.recovery_key);
    REQUIRE(room.state.lacks_recovery_key(office.state) == lacks);
    // What each device can really derive is what the model says it was given, and nothing later.
    for (const Phone& phone : office.phones) {
      REQUIRE(room.ring(phone).newest() == model.knows[phone.id()]);
      REQUIRE(room.ring(phone).size() == model.knows[phone.id()]);
    }
  }
  // The same of the recovery keys.
  void compare_recovery() {
    for (std::size_t number = 1; number <= recovery_keys.size(); ++number) {
      const Keyring ring = room.recovered(recovery_keys[number - 1]);
      REQUIRE(ring.newest() == model.recovers[number]);
      REQUIRE(ring.size() == model.recovers[number]);
    }
  }

  Office office;
  Model model;
  Room room;
  std::vector<RecoveryKey> recovery_keys;
};

}  // namespace

TEST_CASE(
    "random histories: the validator and a plain model agree, and no key reaches the removed") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    History history(seed);
    for (int i = 0; i < 80; ++i) {
      history.step();
      history.compare();
    }
    history.compare_recovery();
    // Folding the log afresh gives the same state.
    SpaceState again;
    for (const Record& record : history.room.records) {
      REQUIRE(again.apply(record, history.office.state).has_value());
    }
    CHECK(again.head() == history.room.state.head());
    CHECK(again.members() == history.room.state.members());
  }
}
