// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/knowledge.h"

#include "core/base/cbor.h"
#include "core/ledger/domains.h"
#include "core/ledger/run.h"

namespace feltbog::sim {
namespace {

using namespace ledger;

constexpr std::uint64_t kNever = UINT64_MAX;

// As docs/ledger.md says what a wrap and the key of the epoch before are bound to.
Bytes wrap_binding(const OrganisationId& organisation, const KeyWraps& wraps,
                   const DeviceId& recipient, const DeviceId& issuer) {
  CborWriter writer;
  writer.array(7).uint(1).fixed(organisation).fixed(wraps.space).uint(wraps.epoch);
  return writer.fixed(recipient).fixed(issuer).fixed(wraps.key).take();
}

Bytes chain_binding(const OrganisationId& organisation, const SpaceId& space, std::uint32_t epoch,
                    const KeyId& key, const KeyId& previous) {
  CborWriter writer;
  writer.array(6).uint(1).fixed(organisation).fixed(space).uint(epoch).fixed(key).fixed(previous);
  return writer.take();
}

KeyId id_of(const crypto::Key& key, const SpaceId& space, std::uint32_t epoch) {
  const Bytes place = CborWriter().array(2).fixed(space).uint(epoch).take();
  return crypto::keyed_hash<KeyId>(domains::kKeyId, key, place);
}

template <class Id>
std::string name(const Id& id) {
  return to_hex(id.view()).substr(0, 8);
}

}  // namespace

// What an organisation's record says of devices.
struct Knowledge::Organise {
  Knowledge& model;
  const Record& record;

  void add(const UserId& user) const { model.devices_[record.author] = {user, record.sequence, 0}; }
  void bar(Device& device) const {
    if (device.barred_at == 0) device.barred_at = record.sequence;
  }
  void operator()(const OrganisationCreate& payload) const {
    model.organisation_ = OrganisationId{record.log.bytes};
    add(payload.founder);
  }
  void operator()(const DeviceAdd& payload) const { add(payload.user); }
  void operator()(const DeviceRevoke& payload) const { bar(model.devices_[payload.device]); }
  void operator()(const UserSuspend& payload) const {
    for (auto& [id, device] : model.devices_) {
      if (device.user == payload.user) bar(device);
    }
  }
  void operator()(const DutySet& payload) const { model.duty_[record.sequence] = payload.devices; }
  void operator()(const MandateGive& payload) const {
    model.holders_[payload.mandate.id] = payload.mandate.holder;
  }
  template <class Other>
  void operator()(const Other&) const {}
};

// What a space's record says of members and epochs.
struct Knowledge::Grow {
  const Knowledge& model;
  Space& space;
  Step& step;

  void begin(const KeyId& key, const Bytes& sealed_previous) const {
    space.epochs.push_back({key, space.steps.size() + 1, sealed_previous});
  }
  void add(const std::vector<Member>& members) const {
    for (const Member& member : members) step.members.insert(member.user);
  }
  void operator()(const SpaceCreate& payload) const {
    space.is_file = is_file(payload.kind);
    add(payload.members);
    begin(payload.key, {});
  }
  void operator()(const MemberAdd& payload) const { add(payload.members); }
  void operator()(const MemberRemove& payload) const {
    for (const UserId& user : payload.users) step.members.erase(user);
    begin(payload.rotation.key, payload.rotation.sealed_previous);
  }
  void operator()(const EpochRotate& payload) const {
    begin(payload.rotation.key, payload.rotation.sealed_previous);
  }
  void operator()(const MandateJoin& payload) const {
    for (const MandateId& mandate : payload.mandates) {
      step.members.insert(model.holders_.at(mandate));
    }
  }
  void operator()(const MandateLeave& payload) const {
    for (const UserId& user : payload.users) step.members.erase(user);
    begin(payload.rotation.key, payload.rotation.sealed_previous);
  }
  template <class Other>
  void operator()(const Other&) const {}
};

void Knowledge::add_device(const DeviceIdentity& identity) {
  const auto [place, is_new] =
      secrets_.try_emplace(identity.id, Secrets{identity.agreement.copy(), {}});
  if (!is_new) return;
  for (const auto& [id, space] : spaces_) {
    for (const Blob& blob : space.blobs) try_blob(place->second, id, blob);
  }
}

void Knowledge::add_record(const Record& record, BytesView wraps) {
  if (record.log_kind == LogKind::organisation) {
    const auto payload = decode_organisation_payload(record.kind, record.payload);
    FELTBOG_ASSERT(payload.has_value() && record.sequence == organisation_length_ + 1);
    std::visit(Organise{*this, record}, payload.value());
    ++organisation_length_;
    return;
  }
  const SpaceId id{record.log.bytes};
  Space& space = spaces_[id];
  const auto payload = decode_space_payload(record.kind, record.payload);
  FELTBOG_ASSERT(payload.has_value() && record.sequence == space.steps.size() + 1);
  Step step{record.cited.sequence, {}};
  if (!space.steps.empty()) step.members = space.steps.back().members;
  std::visit(Grow{*this, space, step}, payload.value());
  space.steps.push_back(std::move(step));
  const bool has_new_chain =
      space.epochs.size() > 1 && space.epochs.back().since == record.sequence;
  for (auto& [device, secrets] : secrets_) {
    if (has_new_chain) try_newest_chain(secrets, id);
  }
  auto decoded = KeyWraps::decode(wraps);
  if (!decoded) return;
  space.blobs.push_back({std::move(decoded).value(), record.author, record.sequence});
  for (auto& [device, secrets] : secrets_) try_blob(secrets, id, space.blobs.back());
}

// Every wrap is tried, whomever it is addressed to.
void Knowledge::try_blob(Secrets& secrets, const SpaceId& space, const Blob& blob) {
  for (const KeyWrap& wrap : blob.wraps.wraps) {
    auto plain = crypto::open_from(
        secrets.agreement, domains::kKeyWrap,
        wrap_binding(organisation_, blob.wraps, wrap.recipient, blob.issuer), wrap.sealed);
    if (plain) learn(secrets, space, *plain, blob.sequence);
  }
}

// A key is what its id says, wherever it was found.
void Knowledge::learn(Secrets& secrets, const SpaceId& space, BytesView bytes,
                      std::uint64_t since) {
  const auto key = crypto::Key::from(bytes);
  if (!key) return;
  const auto& epochs = spaces_[space].epochs;
  for (std::uint32_t epoch = 1; epoch <= epochs.size(); ++epoch) {
    if (id_of(*key, space, epoch) != epochs[epoch - 1].key) continue;
    const auto [known, is_new] =
        secrets.keys.try_emplace({space, epoch}, Known{key->copy(), since});
    if (!is_new && known->second.since <= since) return;
    known->second.since = since;
    for (std::uint32_t chained = 2; chained <= epochs.size(); ++chained) {
      try_chain(secrets, space, *key, since, chained);
    }
    return;
  }
}

// Every key is tried on every sealed key of the space, whichever way it was meant.
void Knowledge::try_chain(Secrets& secrets, const SpaceId& space, const crypto::Key& key,
                          std::uint64_t since, std::uint32_t epoch) {
  const auto& epochs = spaces_[space].epochs;
  const Epoch& next = epochs[epoch - 1];
  const BytesView sealed = next.sealed_previous;
  const auto nonce = crypto::Nonce::from(sealed.first(crypto::Nonce::kSize));
  const auto opened =
      crypto::open(crypto::derive_key(domains::kPreviousKey, key), *nonce,
                   chain_binding(organisation_, space, epoch, next.key, epochs[epoch - 2].key),
                   sealed.subspan(crypto::Nonce::kSize));
  if (opened) learn(secrets, space, *opened, std::max(since, next.since));
}

void Knowledge::try_newest_chain(Secrets& secrets, const SpaceId& space) {
  std::vector<std::pair<crypto::Key, std::uint64_t>> known;
  for (const auto& [key_name, key] : secrets.keys) {
    if (key_name.first == space) known.emplace_back(key.key.copy(), key.since);
  }
  const auto newest = static_cast<std::uint32_t>(spaces_[space].epochs.size());
  for (const auto& [key, since] : known) try_chain(secrets, space, key, since, newest);
}

bool Knowledge::may_read(const DeviceId& id, const Space& space, const Step& step,
                         std::uint64_t organisation) const {
  const auto found = devices_.find(id);
  if (found == devices_.end()) return false;
  const Device& device = found->second;
  const auto after = duty_.upper_bound(organisation);
  const bool on_duty = space.is_file && after != duty_.begin() &&
                       std::ranges::count(std::prev(after)->second, id) > 0;
  return (on_duty || step.members.contains(device.user)) && device.added_at <= organisation &&
         (device.barred_at == 0 || organisation < device.barred_at);
}

// The first record from `from` on by which the device may know what the space's keys are.
std::uint64_t Knowledge::allowed_from(const DeviceId& device, const Space& space,
                                      std::uint64_t from) const {
  for (std::uint64_t at = from; at <= space.steps.size(); ++at) {
    const Step& step = space.steps[at - 1];
    if (may_read(device, space, step, step.cited)) return at;
  }
  return kNever;
}

void Knowledge::add_run(BytesView encoded) {
  const auto run = SealedRun::decode(encoded);
  FELTBOG_ASSERT(run.has_value());
  const RunHeader& header = run->header;
  const Space& space = spaces_.at(header.space);
  FELTBOG_ASSERT(header.space_head.sequence <= space.steps.size());
  const Step& step = space.steps[header.space_head.sequence - 1];
  for (const auto& [device, secrets] : secrets_) {
    const auto known = secrets.keys.find({header.space, header.epoch});
    if (known == secrets.keys.end() || known->second.since > header.space_head.sequence) continue;
    if (may_read(device, space, step, header.organisation_head.sequence)) continue;
    run_problems_.push_back("a run of epoch " + std::to_string(header.epoch) + " of space " +
                            name(header.space) + " is open to device " + name(device));
  }
}

std::vector<std::string> Knowledge::problems() const {
  std::vector<std::string> out = run_problems_;
  for (const auto& [device, secrets] : secrets_) {
    for (const auto& [key_name, known] : secrets.keys) {
      const Space& space = spaces_.at(key_name.first);
      const std::uint64_t since = space.epochs[key_name.second - 1].since;
      if (known.since >= allowed_from(device, space, since)) continue;
      out.push_back("device " + name(device) + " can derive the key of epoch " +
                    std::to_string(key_name.second) + " of space " + name(key_name.first));
    }
  }
  return out;
}

std::size_t Knowledge::keys_known() const {
  std::size_t out = 0;
  for (const auto& [device, secrets] : secrets_) out += secrets.keys.size();
  return out;
}

bool Knowledge::knows(const DeviceId& device, const SpaceId& space, std::uint32_t epoch) const {
  const auto found = secrets_.find(device);
  return found != secrets_.end() && found->second.keys.contains({space, epoch});
}

}  // namespace feltbog::sim
