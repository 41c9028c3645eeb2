// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/key_world.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace feltbog::sim {
namespace {

using namespace ledger;

constexpr std::size_t kDevicesMax = 12;
constexpr std::size_t kSpaces = 2;
constexpr std::int64_t kMandateLasts = 1000;

}  // namespace

KeyWorld::KeyWorld(std::uint64_t seed) : random_(seed) {
  const auto user = random_.make<UserId>();
  devices_.push_back({user, DeviceIdentity::make(random_), false, {}, {}});
  Device& founder = devices_.front();
  knowledge_.add_device(founder.identity);
  const auto server = crypto::signing_public(crypto::SigningSecret::random(random_));
  const auto record = found_organisation(random_.make<OrganisationId>(), founder.identity, server,
                                         user, {Role::administrator, Role::caseworker});
  REQUIRE(record.has_value());
  REQUIRE(append(*record));
  for (const Role role : {Role::worker, Role::worker, Role::caseworker, Role::administrator}) {
    add_person({role});
  }
  for (std::size_t i = 0; i < kSpaces; ++i) create_space(devices_[i]);
}

std::size_t KeyWorld::below(std::size_t bound) {
  std::array<std::uint8_t, 8> bytes{};
  random_.fill(bytes);
  std::size_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number % bound;
}

SpaceId KeyWorld::any_space() {
  return std::next(logs_.begin(), static_cast<std::ptrdiff_t>(below(logs_.size())))->first;
}

bool KeyWorld::append(const Record& record) {
  if (!organisation_.apply(record)) {
    ++counts_.lost_races;
    return false;
  }
  records_.push_back(record);
  knowledge_.add_record(record, {});
  return true;
}

template <class Payload>
void KeyWorld::organise(Device& author, const Payload& payload) {
  if (const auto record = make_record(author.organisation, author.identity, payload)) {
    append(*record);
  }
}

// As much of the logs as the device hears of. A hostile one never hears of its barring.
void KeyWorld::pull(Device& device) {
  const DeviceEntry* entry = organisation_.device(device.identity.id);
  const bool looks_away = device.is_hostile && entry != nullptr && entry->barred_at != 0;
  const std::size_t length = looks_away ? entry->barred_at - 1 : records_.size();
  for (std::size_t at = device.organisation.head().sequence; at < length; ++at) {
    REQUIRE(device.organisation.apply(records_[at]).has_value());
  }
  for (const auto& [id, log] : logs_) pull_space(device, id);
}

void KeyWorld::pull_space(Device& device, const SpaceId& space) {
  View& view = device.spaces[space];
  const auto& steps = logs_.at(space).steps;
  for (std::size_t at = view.state.head().sequence; at < steps.size(); ++at) {
    if (!view.state.apply(steps[at].record, device.organisation)) return;
    if (steps[at].wraps.empty()) continue;
    const auto opened = open_wraps(device.identity, view.state, steps[at].wraps, view.ring);
    CHECK((opened || opened.error().code == ErrorCode::missing_key));
  }
}

void KeyWorld::enrol(const UserId& user) {
  Device& founder = devices_.front();
  pull(founder);
  const auto invite = random_.make<InviteId>();
  const auto secret = crypto::SigningSecret::random(random_);
  organise(founder, InviteCreate{invite, crypto::signing_public(secret), user, {}});
  devices_.push_back({user, DeviceIdentity::make(random_), below(2) == 0, {}, {}});
  Device& device = devices_.back();
  knowledge_.add_device(device.identity);
  const auto record = make_device_add(organisation_, device.identity, invite, secret);
  if (record) append(*record);
  pull(device);
}

void KeyWorld::add_person(RoleSet roles) {
  const auto user = random_.make<UserId>();
  pull(devices_.front());
  organise(devices_.front(), UserAdd{user, roles});
  enrol(user);
}

void KeyWorld::create_space(Device& author) {
  pull(author);
  const auto id = random_.make<SpaceId>();
  std::vector<Member> members{{author.user, SpaceRole::writer}};
  const UserId other = devices_[3].user;
  if (other != author.user) members.push_back({other, SpaceRole::writer});
  auto made = ledger::create_space(id, SpaceKind::provider_file, members, author.identity,
                                   author.organisation, random_);
  REQUIRE(made.has_value());
  logs_[id];
  REQUIRE(offer(author, id, Result<SpaceStep>(std::move(made->step))));
}

// The server takes what is valid and next, from whomever.
bool KeyWorld::offer(Device& author, const SpaceId& space, const Result<SpaceStep>& made) {
  if (!made) return false;
  Log& log = logs_.at(space);
  if (!log.state.apply(made->record, organisation_)) {
    ++counts_.lost_races;
    return false;
  }
  log.steps.push_back(*made);
  knowledge_.add_record(made->record, made->wraps);
  if (!organisation_.device_active(author.identity.id)) ++counts_.by_barred;
  pull_space(author, space);
  return true;
}

bool KeyWorld::offer(Device& author, const SpaceId& space, const Result<RotationStep>& made) {
  if (!made) return false;
  return offer(author, space, Result<SpaceStep>(made->step));
}

void KeyWorld::act_in(Device& author, const SpaceId& space) {
  const View& view = author.spaces[space];
  const UserId user = any_device().user;
  const auto& organisation = author.organisation;
  const DeviceIdentity& identity = author.identity;
  if (view.state.empty()) return;
  // By which every other mandate that has an end is over.
  const WallTime now{below(2) == 0 ? kMandateLasts : 2 * kMandateLasts};
  switch (below(7)) {
    case 0:
      offer(author, space,
            add_members(view.state, organisation, view.ring,
                        {{user, below(4) == 0 ? SpaceRole::reader : SpaceRole::writer}}, identity,
                        random_));
      return;
    case 1:
      counts_.members_removed +=
          offer(author, space,
                remove_members(view.state, organisation, view.ring, {user}, {}, identity, random_));
      return;
    case 2:
      counts_.joins +=
          offer(author, space,
                join_devices(view.state, organisation, view.ring,
                             view.state.devices_without_key(organisation), identity, random_));
      return;
    case 3:
      counts_.rotations += offer(
          author, space, rotate_epoch(view.state, organisation, view.ring, {}, identity, random_));
      return;
    case 4:
      counts_.mandates_carried_out +=
          offer(author, space,
                join_mandates(view.state, organisation, view.ring,
                              view.state.mandates_due(organisation, {}), identity, random_));
      return;
    case 5:
      counts_.mandates_taken_back +=
          offer(author, space,
                leave_mandates(view.state, organisation, view.ring,
                               view.state.mandates_over(organisation, now), {}, identity, random_));
      return;
    default: seal(author, space);
  }
}

// As a device does: what is due first, then the run.
void KeyWorld::seal(Device& author, const SpaceId& space) {
  View& view = author.spaces[space];
  if (view.state.needs_rotation(author.organisation)) {
    counts_.rotations += offer(
        author, space,
        rotate_epoch(view.state, author.organisation, view.ring, {}, author.identity, random_));
    if (view.state.needs_rotation(author.organisation)) return;
  }
  const RunDraft draft{1, view.tip, 0, 1, to_bytes(as_bytes("a change"))};
  const auto run =
      seal_run(draft, author.identity, author.organisation, view.state, view.ring, random_);
  if (!run) return;
  view.tip = WriterTip::after(run->header);
  knowledge_.add_run(run->encode());
  ++counts_.runs;
}

// The founder sees to it: a device, or all of a user's.
void KeyWorld::bar_somebody() {
  Device& founder = devices_.front();
  pull(founder);
  const Device& lost = any_device();
  if (lost.user == founder.user) return;
  const std::size_t before = records_.size();
  if (below(3) != 0) {
    organise(founder, DeviceRevoke{lost.identity.id, {}, {}});
  } else if (organisation_.user_suspended(lost.user, organisation_.head().sequence)) {
    return organise(founder, UserReinstate{lost.user});
  } else {
    organise(founder, UserSuspend{lost.user, {}});
  }
  counts_.barred += static_cast<int>(records_.size() - before);
}

void KeyWorld::set_duty() {
  pull(devices_.front());
  std::vector<DeviceId> devices;
  for (std::size_t count = below(3); count > 0; --count) {
    devices.push_back(any_device().identity.id);
  }
  std::sort(devices.begin(), devices.end());
  devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
  organise(devices_.front(), DutySet{std::move(devices)});
}

void KeyWorld::give_mandate() {
  pull(devices_.front());
  Mandate mandate{random_.make<MandateId>(),   any_device().user, any_space(),
                  MandateGround::urgent_visit, WallTime{1},       WallTime{kMandateLasts}};
  if (below(2) == 0) {
    mandate.scope = any_device().user;
    const bool ends = below(2) == 0;
    mandate.ground = ends ? MandateGround::absence : MandateGround::hand_over;
    if (!ends) mandate.until = {};
  } else if (below(2) == 0) {
    mandate.until = {2 * kMandateLasts};
  }
  organise(devices_.front(), MandateGive{mandate});
}

void KeyWorld::end_mandate() {
  pull(devices_.front());
  const auto& mandates = organisation_.mandates();
  if (mandates.empty()) return;
  auto chosen = mandates.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(below(mandates.size())));
  organise(devices_.front(), MandateEnd{chosen->first});
}

void KeyWorld::step() {
  const std::size_t dice = below(24);
  if (dice == 20) return set_duty();
  if (dice == 21 || dice == 22) return give_mandate();
  if (dice == 23) return end_mandate();
  if (dice == 0) return bar_somebody();
  if (dice == 1 && devices_.size() < kDevicesMax) return enrol(any_device().user);
  Device& device = any_device();
  if (dice < 9) return pull(device);
  act_in(device, any_space());
}

bool KeyWorld::rings_agree() const {
  for (const Device& device : devices_) {
    for (const auto& [space, view] : device.spaces) {
      for (const auto& [epoch, key] : view.ring.keys()) {
        if (!knowledge_.knows(device.identity.id, space, epoch)) return false;
      }
    }
  }
  return true;
}

}  // namespace feltbog::sim
