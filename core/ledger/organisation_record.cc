// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/organisation_record.h"

#include <array>

#include "core/ledger/codec.h"

namespace feltbog::ledger {
namespace {

constexpr std::array<std::string_view, 18> kKindNames{
    "organisation_create", "user_add",         "invite_create", "invite_revoke",  "device_add",
    "device_revoke",       "roles_set",        "user_suspend",  "user_reinstate", "server_key_set",
    "wipe_order",          "recovery_key_set", "recovery_use",  "team_set",       "duty_set",
    "mandate_give",        "mandate_end",      "lease_set"};
static_assert(kKindNames.size() == std::variant_size_v<OrganisationPayload>);

constexpr std::uint64_t kWallTimeMax = std::uint64_t{1} << 53;

void write_device(CborWriter& writer, const DevicePublic& device) {
  writer.fixed(device.signing).fixed(device.agreement);
}

Result<DevicePublic> read_device(CborReader& reader) {
  FELTBOG_TRY(signing, reader.fixed<crypto::SigningPublic>());
  FELTBOG_TRY(agreement, reader.fixed<crypto::AgreementPublic>());
  return DevicePublic{signing, agreement};
}

Result<RoleSet> read_roles(CborReader& reader) {
  FELTBOG_TRY(bits, reader.uint());
  return RoleSet::from_bits(bits);
}

struct Write {
  CborWriter& to;

  void operator()(const OrganisationCreate& payload) {
    to.array(5).fixed(payload.server_key).fixed(payload.founder).uint(payload.roles.bits());
    write_device(to, payload.device);
  }
  void operator()(const UserAdd& payload) {
    to.array(2).fixed(payload.user).uint(payload.roles.bits());
  }
  void operator()(const InviteCreate& payload) {
    to.array(4).fixed(payload.invite).fixed(payload.invite_key).fixed(payload.user);
    to.integer(payload.expires_at.milliseconds);
  }
  void operator()(const InviteRevoke& payload) { to.array(1).fixed(payload.invite); }
  void operator()(const DeviceAdd& payload) {
    to.array(5).fixed(payload.invite).fixed(payload.user);
    write_device(to, payload.device);
    to.fixed(payload.invite_signature);
  }
  void operator()(const DeviceRevoke& payload) {
    to.array(3).fixed(payload.device);
    write_cuts(to, payload.cuts);
    to.uint(static_cast<std::uint64_t>(payload.lost_at.milliseconds));
  }
  void operator()(const RolesSet& payload) {
    to.array(2).fixed(payload.user).uint(payload.roles.bits());
  }
  void operator()(const UserSuspend& payload) {
    to.array(2).fixed(payload.user);
    write_cuts(to, payload.cuts);
  }
  void operator()(const UserReinstate& payload) { to.array(1).fixed(payload.user); }
  void operator()(const ServerKeySet& payload) { to.array(1).fixed(payload.server_key); }
  void operator()(const WipeOrder& payload) { to.array(1).fixed(payload.device); }
  void operator()(const RecoveryKeySet& payload) {
    to.array(4).fixed(payload.publics.signing).fixed(payload.publics.agreement).array(kCustodians);
    for (const CustodianHash& custodian : payload.custody.custodians) to.fixed(custodian);
    to.array(kCustodians);
    for (const SealedSeed& seed : payload.custody.seeds) to.fixed(seed);
  }
  void operator()(const RecoveryUse& payload) {
    to.array(4).fixed(payload.key).uint(static_cast<std::uint64_t>(payload.reason));
    to.uint(static_cast<std::uint64_t>(payload.at.milliseconds)).fixed(payload.signature);
  }
  void operator()(const TeamSet& payload) {
    to.array(2).fixed(payload.team);
    write_sorted(to, payload.users);
  }
  void operator()(const DutySet& payload) {
    to.array(1);
    write_sorted(to, payload.devices);
  }
  void operator()(const MandateGive& payload) {
    const Mandate& mandate = payload.mandate;
    to.array(6).fixed(mandate.id).fixed(mandate.holder).array(2).uint(mandate.scope.index());
    std::visit([this](const auto& subject) { to.fixed(subject); }, mandate.scope);
    to.uint(static_cast<std::uint64_t>(mandate.ground));
    to.uint(static_cast<std::uint64_t>(mandate.at.milliseconds));
    to.uint(static_cast<std::uint64_t>(mandate.until.milliseconds));
  }
  void operator()(const MandateEnd& payload) { to.array(1).fixed(payload.mandate); }
  void operator()(const LeaseSet& payload) { to.array(1).uint(payload.days); }
};

using Payload = Result<OrganisationPayload>;

Payload read_create(CborReader& reader) {
  FELTBOG_CHECK(reader.array(5));
  FELTBOG_TRY(server_key, reader.fixed<crypto::SigningPublic>());
  FELTBOG_TRY(founder, reader.fixed<UserId>());
  FELTBOG_TRY(roles, read_roles(reader));
  FELTBOG_TRY(device, read_device(reader));
  return OrganisationPayload(OrganisationCreate{server_key, founder, roles, device});
}

Payload read_user_add(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(user, reader.fixed<UserId>());
  FELTBOG_TRY(roles, read_roles(reader));
  return OrganisationPayload(UserAdd{user, roles});
}

Payload read_invite_create(CborReader& reader) {
  FELTBOG_CHECK(reader.array(4));
  FELTBOG_TRY(invite, reader.fixed<InviteId>());
  FELTBOG_TRY(key, reader.fixed<crypto::SigningPublic>());
  FELTBOG_TRY(user, reader.fixed<UserId>());
  FELTBOG_TRY(expires_at, reader.uint(kWallTimeMax));
  return OrganisationPayload(
      InviteCreate{invite, key, user, WallTime{static_cast<std::int64_t>(expires_at)}});
}

Payload read_invite_revoke(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(invite, reader.fixed<InviteId>());
  return OrganisationPayload(InviteRevoke{invite});
}

Payload read_device_add(CborReader& reader) {
  FELTBOG_CHECK(reader.array(5));
  FELTBOG_TRY(invite, reader.fixed<InviteId>());
  FELTBOG_TRY(user, reader.fixed<UserId>());
  FELTBOG_TRY(device, read_device(reader));
  FELTBOG_TRY(signature, reader.fixed<crypto::Signature>());
  return OrganisationPayload(DeviceAdd{invite, user, device, signature});
}

Payload read_device_revoke(CborReader& reader) {
  FELTBOG_CHECK(reader.array(3));
  FELTBOG_TRY(device, reader.fixed<DeviceId>());
  FELTBOG_TRY(cuts, read_cuts(reader));
  FELTBOG_TRY(lost_at, reader.uint(kWallTimeMax));
  return OrganisationPayload(
      DeviceRevoke{device, std::move(cuts), WallTime{static_cast<std::int64_t>(lost_at)}});
}

Payload read_roles_set(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(user, reader.fixed<UserId>());
  FELTBOG_TRY(roles, read_roles(reader));
  return OrganisationPayload(RolesSet{user, roles});
}

Payload read_user_suspend(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(user, reader.fixed<UserId>());
  FELTBOG_TRY(cuts, read_cuts(reader));
  return OrganisationPayload(UserSuspend{user, std::move(cuts)});
}

Payload read_user_reinstate(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(user, reader.fixed<UserId>());
  return OrganisationPayload(UserReinstate{user});
}

Payload read_server_key_set(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(key, reader.fixed<crypto::SigningPublic>());
  return OrganisationPayload(ServerKeySet{key});
}

Payload read_wipe_order(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(device, reader.fixed<DeviceId>());
  return OrganisationPayload(WipeOrder{device});
}

template <class Fixed>
Result<std::array<Fixed, kCustodians>> read_three(CborReader& reader) {
  FELTBOG_CHECK(reader.array(kCustodians));
  std::array<Fixed, kCustodians> out;
  for (Fixed& item : out) {
    FELTBOG_TRY(read, reader.fixed<Fixed>());
    item = read;
  }
  return out;
}

Payload read_recovery_key_set(CborReader& reader) {
  FELTBOG_CHECK(reader.array(4));
  FELTBOG_TRY(signing, reader.fixed<crypto::SigningPublic>());
  FELTBOG_TRY(agreement, reader.fixed<crypto::AgreementPublic>());
  FELTBOG_TRY(custodians, read_three<CustodianHash>(reader));
  FELTBOG_TRY(seeds, read_three<SealedSeed>(reader));
  return OrganisationPayload(RecoveryKeySet{{signing, agreement}, {custodians, seeds}});
}

Payload read_recovery_use(CborReader& reader) {
  FELTBOG_CHECK(reader.array(4));
  FELTBOG_TRY(key, reader.fixed<RecoveryKeyId>());
  FELTBOG_TRY(number, reader.uint());
  const auto reason = recovery_reason_from_number(number);
  if (!reason) return Error{ErrorCode::unknown_kind, "reason " + std::to_string(number)};
  FELTBOG_TRY(at, reader.uint(kWallTimeMax));
  FELTBOG_TRY(signature, reader.fixed<crypto::Signature>());
  return OrganisationPayload(
      RecoveryUse{key, *reason, WallTime{static_cast<std::int64_t>(at)}, signature});
}

Payload read_team_set(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(team, reader.fixed<TeamId>());
  FELTBOG_TRY(users, read_sorted<UserId>(reader, 0, kTeamMembersMax));
  return OrganisationPayload(TeamSet{team, std::move(users)});
}

Payload read_duty_set(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(devices, read_sorted<DeviceId>(reader, 0, kDutyDevicesMax));
  return OrganisationPayload(DutySet{std::move(devices)});
}

Result<MandateScope> read_scope(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(kind, reader.uint());
  if (kind == 0) {
    FELTBOG_TRY(space, reader.fixed<SpaceId>());
    return MandateScope(space);
  }
  if (kind != 1) return Error{ErrorCode::unknown_kind, "scope " + std::to_string(kind)};
  FELTBOG_TRY(user, reader.fixed<UserId>());
  return MandateScope(user);
}

Payload read_mandate_give(CborReader& reader) {
  Mandate out;
  FELTBOG_CHECK(reader.array(6));
  FELTBOG_TRY(id, reader.fixed<MandateId>());
  out.id = id;
  FELTBOG_TRY(holder, reader.fixed<UserId>());
  out.holder = holder;
  FELTBOG_TRY(scope, read_scope(reader));
  out.scope = scope;
  FELTBOG_TRY(number, reader.uint());
  const auto ground = mandate_ground_from_number(number);
  if (!ground) return Error{ErrorCode::unknown_kind, "ground " + std::to_string(number)};
  out.ground = *ground;
  FELTBOG_TRY(at, reader.uint(kWallTimeMax));
  out.at = WallTime{static_cast<std::int64_t>(at)};
  FELTBOG_TRY(until, reader.uint(kWallTimeMax));
  out.until = WallTime{static_cast<std::int64_t>(until)};
  FELTBOG_CHECK(check_mandate(out));
  return OrganisationPayload(MandateGive{out});
}

Payload read_mandate_end(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(mandate, reader.fixed<MandateId>());
  return OrganisationPayload(MandateEnd{mandate});
}

Payload read_lease_set(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(days, reader.uint(kLeaseDaysMax));
  return OrganisationPayload(LeaseSet{days});
}

using Read = Payload (*)(CborReader&);
constexpr std::array<Read, kKindNames.size()> kRead{
    read_create,         read_user_add,       read_invite_create, read_invite_revoke,
    read_device_add,     read_device_revoke,  read_roles_set,     read_user_suspend,
    read_user_reinstate, read_server_key_set, read_wipe_order,    read_recovery_key_set,
    read_recovery_use,   read_team_set,       read_duty_set,      read_mandate_give,
    read_mandate_end,    read_lease_set};

}  // namespace

std::string_view organisation_kind_name(std::uint16_t kind) {
  return kind >= 1 && kind <= kKindNames.size() ? kKindNames[kind - 1U] : "unknown";
}

Bytes encode_payload(const OrganisationPayload& payload) {
  CborWriter writer;
  std::visit(Write{writer}, payload);
  return writer.take();
}

Result<OrganisationPayload> decode_organisation_payload(std::uint16_t kind, BytesView bytes) {
  if (kind < 1 || kind > kRead.size()) {
    return Error{ErrorCode::unknown_kind, "organisation record of kind " + std::to_string(kind)};
  }
  CborReader reader(bytes);
  FELTBOG_TRY(payload, kRead[kind - 1U](reader));
  FELTBOG_CHECK(reader.finish());
  return payload;
}

Bytes device_addition_statement(const LogId& organisation, const LogHead& previous,
                                const InviteId& invite, const UserId& user,
                                const DevicePublic& device) {
  CborWriter writer;
  writer.array(8).uint(kRecordVersion).fixed(organisation).uint(previous.sequence + 1);
  writer.fixed(previous.hash).fixed(invite).fixed(user);
  write_device(writer, device);
  return writer.take();
}

}  // namespace feltbog::ledger
