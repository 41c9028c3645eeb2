// SPDX-License-Identifier: Apache-2.0
// Histories of records signed by real devices, whatever they say: a log takes one and grows by
// exactly it, or does not change. What it takes leaves the organisation administered and gives each
// key to those it must go to.
#include "core/ledger/domains.h"
#include "tests/core/ledger/fixture.h"
#include "tests/fuzz/input.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

constexpr int kStepsMax = 24;

// An office with a space, from which every input starts anew.
struct Stage {
  Stage() {
    for (const Role role :
         {Role::worker, Role::caseworker, Role::supervisor, Role::administrator}) {
      office.add_person({role});
    }
    office.enrol(office.phones[1].user);
    room.emplace(office, office.phones[2],
                 std::vector<Member>{{office.founder().user, SpaceRole::writer},
                                     {office.phones[1].user, SpaceRole::writer}});
    invite.emplace(office.invite(office.phones[1].user));
    for (int i = 0; i < 3; ++i) strangers.push_back(DeviceIdentity::make(office.random));
  }
  Office office;
  std::optional<Room> room;
  std::optional<Office::Invited> invite;
  std::vector<DeviceIdentity> strangers;
};

struct History {
  Stage& stage;
  fuzz::Input& input;
  OrganisationState organisation = stage.office.state;
  SpaceState space = stage.room->state;
  SeededRandom random{1};

  const DeviceIdentity& device() {
    const std::size_t number = input.below(stage.office.phones.size() + stage.strangers.size());
    return number < stage.office.phones.size()
               ? stage.office.phones[number].identity
               : stage.strangers[number - stage.office.phones.size()];
  }
  UserId user() {
    const std::size_t number = input.below(stage.office.phones.size() + 1);
    return number < stage.office.phones.size() ? stage.office.phones[number].user
                                               : random.make<UserId>();
  }
  RoleSet roles() {
    const auto set = RoleSet::from_bits(input.below(32));
    return set ? *set : RoleSet{Role::worker};
  }
  std::vector<Cut> cuts() {
    std::vector<Cut> out;
    for (std::size_t left = input.below(3); left > 0; --left) {
      out.push_back({stage.room->state.id(), device().id, 1 + input.byte() % 2u, 0, {}});
    }
    sort_cuts(out);
    return out;
  }
  // Mostly those the rules ask for; else some of all devices.
  WrapsCommitment wraps(std::vector<DeviceId> right) {
    if (input.below(4) == 0) {
      right.clear();
      const std::uint8_t mask = input.byte();
      for (std::size_t i = 0; i < stage.office.phones.size(); ++i) {
        if ((mask >> i & 1u) != 0) right.push_back(stage.office.phones[i].id());
      }
    }
    std::sort(right.begin(), right.end());
    return {recipients_hash(right), random.make<WrapsHash>()};
  }
  std::vector<DeviceId> devices_but(const std::vector<UserId>& removed) {
    std::vector<DeviceId> out;
    for (const Member& member : space.members()) {
      if (std::find(removed.begin(), removed.end(), member.user) != removed.end()) continue;
      const auto devices = organisation.active_devices(member.user);
      out.insert(out.end(), devices.begin(), devices.end());
    }
    return out;
  }
  Rotation rotation(const std::vector<UserId>& removed) {
    const auto wrapped = wraps(devices_but(removed));
    return {space.epoch().number + (input.below(8) == 0 ? 0u : 1u), random.make<KeyId>(), wrapped,
            Bytes(kSealedPreviousBytes), cuts()};
  }

  OrganisationPayload organisation_payload();
  SpacePayload space_payload();
  void organisation_step();
  void space_step();
};

OrganisationPayload History::organisation_payload() {
  switch (input.below(11)) {
    case 0: return UserAdd{user(), roles()};
    case 1: return InviteCreate{random.make<InviteId>(), device().publics.signing, user(), {}};
    case 2: return InviteRevoke{stage.invite->id};
    case 3: {
      const DeviceIdentity& added = device();
      const UserId owner = user();
      const auto statement = device_addition_statement(
          log_id(organisation.id()), organisation.head(), stage.invite->id, owner, added.publics);
      return DeviceAdd{stage.invite->id, owner, added.publics,
                       crypto::sign(stage.invite->secret, domains::kDeviceAddition, statement)};
    }
    case 4: return DeviceRevoke{device().id, cuts(), WallTime{input.byte()}};
    case 5: return RolesSet{user(), roles()};
    case 6: return UserSuspend{user(), cuts()};
    case 7: return UserReinstate{user()};
    case 8: return ServerKeySet{device().publics.signing};
    case 9: return WipeOrder{device().id};
    default: return OrganisationCreate{device().publics.signing, user(), roles(), device().publics};
  }
}

SpacePayload History::space_payload() {
  const auto role = [this] { return input.below(2) == 0 ? SpaceRole::writer : SpaceRole::reader; };
  switch (input.below(6)) {
    case 0: {
      const UserId added = user();
      return MemberAdd{{{added, role()}}, wraps(organisation.active_devices(added))};
    }
    case 1: {
      const DeviceId joining = device().id;
      return DeviceJoin{{joining}, wraps({joining})};
    }
    case 2: {
      const std::vector<UserId> removed{user()};
      return MemberRemove{removed, rotation(removed)};
    }
    case 3: return EpochRotate{rotation({})};
    case 4: return HeldRunsSettle{{{random.make<RunHash>(), input.below(2) == 0}}};
    default: {
      const UserId creator = user();
      return SpaceCreate{organisation.id(),
                         SpaceKind::authority_file,
                         {{creator, role()}},
                         random.make<KeyId>(),
                         wraps(organisation.active_devices(creator))};
    }
  }
}

bool administered(const OrganisationState& state) {
  return std::any_of(state.devices().begin(), state.devices().end(), [&](const auto& item) {
    return state.device_active(item.first) &&
           state.roles(item.second.user).has(Role::administrator);
  });
}

void History::organisation_step() {
  const OrganisationPayload payload = organisation_payload();
  const Record record =
      sign_record(LogKind::organisation, log_id(organisation.id()), organisation.head(), {},
                  device(), kind_of(payload), encode_payload(payload));
  FELTBOG_ASSERT(Record::decode(record.encode()).has_value());
  const LogHead before = organisation.head();
  OrganisationState twin = organisation;
  const bool taken = organisation.apply(record).has_value();
  FELTBOG_ASSERT(organisation.head() == (taken ? record.head() : before));
  if (!taken) return;
  FELTBOG_ASSERT(twin.apply_verified(record).has_value() && twin.head() == organisation.head());
  FELTBOG_ASSERT(administered(organisation));
}

// Everything the record gave a key to was, at the head it cites, an active device of a member.
void check_holders(const SpaceState& space, const OrganisationState& organisation) {
  const std::uint64_t at = space.head().sequence;
  for (const auto& [holder, since] : space.epoch().holders) {
    if (since != at) continue;
    FELTBOG_ASSERT(organisation.device_active(holder, space.cited_at(at)));
    FELTBOG_ASSERT(space.role(organisation.device(holder)->user).has_value());
  }
}

void History::space_step() {
  const SpacePayload payload = space_payload();
  LogHead cited = organisation.head();
  if (input.below(4) == 0) {
    cited.sequence = 1 + input.below(static_cast<std::size_t>(cited.sequence));
    cited.hash = *organisation.hash_at(cited.sequence);
  }
  const Record record = sign_record(LogKind::space, log_id(space.id()), space.head(), cited,
                                    device(), kind_of(payload), encode_payload(payload));
  FELTBOG_ASSERT(Record::decode(record.encode()).has_value());
  const LogHead before = space.head();
  const std::uint32_t epoch = space.epoch().number;
  SpaceState twin = space;
  const bool taken = space.apply(record, organisation).has_value();
  FELTBOG_ASSERT(space.head() == (taken ? record.head() : before));
  if (!taken) return;
  FELTBOG_ASSERT(twin.apply_verified(record, organisation).has_value());
  FELTBOG_ASSERT(twin.head() == space.head() && twin.members() == space.members());
  FELTBOG_ASSERT(space.epoch().number - epoch <= 1);
  check_holders(space, organisation);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Stage stage;
  fuzz::Input input(data, size);
  History history{stage, input};
  for (int step = 0; step < kStepsMax && !input.empty(); ++step) {
    if (input.below(2) == 0) {
      history.organisation_step();
    } else {
      history.space_step();
    }
  }
  return 0;
}
