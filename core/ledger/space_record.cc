// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/space_record.h"

#include <array>

#include "core/ledger/codec.h"

namespace feltbog::ledger {
namespace {

constexpr std::array<std::string_view, 12> kKindNames{
    "space_create", "member_add",       "device_join",   "member_remove",
    "epoch_rotate", "held_runs_settle", "recovery_join", "space_erase",
    "legal_hold",   "erasure_done",     "mandate_join",  "mandate_leave"};
static_assert(kKindNames.size() == std::variant_size_v<SpacePayload>);

void write_commitment(CborWriter& to, const WrapsCommitment& wraps) {
  to.array(2).fixed(wraps.recipients).fixed(wraps.wraps);
}

Result<WrapsCommitment> read_commitment(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(recipients, reader.fixed<RecipientsHash>());
  FELTBOG_TRY(wraps, reader.fixed<WrapsHash>());
  return WrapsCommitment{recipients, wraps};
}

void write_members(CborWriter& to, const std::vector<Member>& members) {
  to.array(members.size());
  for (const Member& member : members) {
    to.array(2).fixed(member.user).uint(static_cast<std::uint64_t>(member.role));
  }
}

Result<std::vector<Member>> read_members(CborReader& reader) {
  FELTBOG_TRY(count, read_count(reader, kMembersPerRecordMax));
  std::vector<Member> out;
  for (std::size_t i = 0; i < count; ++i) {
    FELTBOG_CHECK(reader.array(2));
    FELTBOG_TRY(user, reader.fixed<UserId>());
    FELTBOG_TRY(role, reader.uint());
    if (role != 1 && role != 2) {
      return Error{ErrorCode::unknown_kind, "space role " + std::to_string(role)};
    }
    out.push_back({user, static_cast<SpaceRole>(role)});
  }
  const auto by_user = [](const Member& a, const Member& b) { return a.user < b.user; };
  if (out.empty() || !ascends(out, by_user)) return Error{ErrorCode::malformed, "members"};
  return out;
}

void write_rotation(CborWriter& to, const Rotation& rotation) {
  to.array(5).uint(rotation.epoch).fixed(rotation.key);
  write_commitment(to, rotation.wraps);
  to.bytes(rotation.sealed_previous);
  write_cuts(to, rotation.cuts);
}

Result<Rotation> read_rotation(CborReader& reader) {
  Rotation out;
  FELTBOG_CHECK(reader.array(5));
  FELTBOG_TRY(epoch, read_uint<std::uint32_t>(reader, kEpochMax));
  out.epoch = epoch;
  FELTBOG_TRY(key, reader.fixed<KeyId>());
  out.key = key;
  FELTBOG_TRY(wraps, read_commitment(reader));
  out.wraps = wraps;
  FELTBOG_TRY(sealed, reader.bytes());
  if (sealed.size() != kSealedPreviousBytes) {
    return Error{ErrorCode::malformed, "sealed previous key"};
  }
  out.sealed_previous = to_bytes(sealed);
  FELTBOG_TRY(cuts, read_cuts(reader));
  out.cuts = std::move(cuts);
  return out;
}

struct Write {
  CborWriter& to;

  void operator()(const SpaceCreate& payload) {
    to.array(5).fixed(payload.organisation).uint(static_cast<std::uint64_t>(payload.kind));
    write_members(to, payload.members);
    to.fixed(payload.key);
    write_commitment(to, payload.wraps);
  }
  void operator()(const MemberAdd& payload) {
    to.array(2);
    write_members(to, payload.members);
    write_commitment(to, payload.wraps);
  }
  void operator()(const DeviceJoin& payload) {
    to.array(2);
    write_sorted(to, payload.devices);
    write_commitment(to, payload.wraps);
  }
  void operator()(const MemberRemove& payload) {
    to.array(2);
    write_sorted(to, payload.users);
    write_rotation(to, payload.rotation);
  }
  void operator()(const EpochRotate& payload) {
    to.array(1);
    write_rotation(to, payload.rotation);
  }
  void operator()(const HeldRunsSettle& payload) {
    to.array(1).array(payload.verdicts.size());
    for (const Verdict& verdict : payload.verdicts) {
      to.array(2).fixed(verdict.run).boolean(verdict.adopted);
    }
  }
  void operator()(const RecoveryJoin& payload) {
    to.array(1);
    write_commitment(to, payload.wraps);
  }
  void operator()(const SpaceErase& payload) {
    to.array(2).uint(static_cast<std::uint64_t>(payload.ground));
    if (payload.archive) {
      to.fixed(*payload.archive);
    } else {
      to.null();
    }
  }
  void operator()(const LegalHold& payload) { to.array(1).boolean(payload.held); }
  void operator()(const ErasureDone&) { to.array(0); }
  void operator()(const MandateJoin& payload) {
    to.array(2);
    write_sorted(to, payload.mandates);
    write_commitment(to, payload.wraps);
  }
  void operator()(const MandateLeave& payload) {
    to.array(2);
    write_sorted(to, payload.users);
    write_rotation(to, payload.rotation);
  }
};

using Payload = Result<SpacePayload>;

Payload read_create(CborReader& reader) {
  SpaceCreate out;
  FELTBOG_CHECK(reader.array(5));
  FELTBOG_TRY(organisation, reader.fixed<OrganisationId>());
  out.organisation = organisation;
  FELTBOG_TRY(kind, reader.uint());
  if (kind < 1 || kind > 4) {
    return Error{ErrorCode::unknown_kind, "space of kind " + std::to_string(kind)};
  }
  out.kind = static_cast<SpaceKind>(kind);
  FELTBOG_TRY(members, read_members(reader));
  out.members = std::move(members);
  FELTBOG_TRY(key, reader.fixed<KeyId>());
  out.key = key;
  FELTBOG_TRY(wraps, read_commitment(reader));
  out.wraps = wraps;
  return SpacePayload(std::move(out));
}

Payload read_member_add(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(members, read_members(reader));
  FELTBOG_TRY(wraps, read_commitment(reader));
  return SpacePayload(MemberAdd{std::move(members), wraps});
}

Payload read_device_join(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(devices, read_sorted<DeviceId>(reader, 1, kDevicesPerRecordMax));
  FELTBOG_TRY(wraps, read_commitment(reader));
  return SpacePayload(DeviceJoin{std::move(devices), wraps});
}

Payload read_member_remove(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(users, read_sorted<UserId>(reader, 1, kMembersPerRecordMax));
  FELTBOG_TRY(rotation, read_rotation(reader));
  return SpacePayload(MemberRemove{std::move(users), std::move(rotation)});
}

Payload read_epoch_rotate(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(rotation, read_rotation(reader));
  return SpacePayload(EpochRotate{std::move(rotation)});
}

Payload read_held_runs_settle(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(count, read_count(reader, kVerdictsPerRecordMax));
  HeldRunsSettle out;
  for (std::size_t i = 0; i < count; ++i) {
    FELTBOG_CHECK(reader.array(2));
    FELTBOG_TRY(run, reader.fixed<RunHash>());
    FELTBOG_TRY(adopted, reader.boolean());
    out.verdicts.push_back({run, adopted});
  }
  const auto by_run = [](const Verdict& a, const Verdict& b) { return a.run < b.run; };
  if (out.verdicts.empty() || !ascends(out.verdicts, by_run)) {
    return Error{ErrorCode::malformed, "verdicts"};
  }
  return SpacePayload(std::move(out));
}

Payload read_recovery_join(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(wraps, read_commitment(reader));
  return SpacePayload(RecoveryJoin{wraps});
}

Payload read_space_erase(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(ground, reader.uint());
  if (ground < 1 || ground > 3) {
    return Error{ErrorCode::unknown_kind, "ground " + std::to_string(ground)};
  }
  SpaceErase out{static_cast<ErasureGround>(ground), std::nullopt};
  FELTBOG_TRY(none, reader.null());
  if (!none) {
    FELTBOG_TRY(archive, reader.fixed<ArchiveHash>());
    out.archive = archive;
  }
  return SpacePayload(out);
}

Payload read_legal_hold(CborReader& reader) {
  FELTBOG_CHECK(reader.array(1));
  FELTBOG_TRY(held, reader.boolean());
  return SpacePayload(LegalHold{held});
}

Payload read_erasure_done(CborReader& reader) {
  FELTBOG_CHECK(reader.array(0));
  return SpacePayload(ErasureDone{});
}

Payload read_mandate_join(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(mandates, read_sorted<MandateId>(reader, 1, kMandatesPerRecordMax));
  FELTBOG_TRY(wraps, read_commitment(reader));
  return SpacePayload(MandateJoin{std::move(mandates), wraps});
}

Payload read_mandate_leave(CborReader& reader) {
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(users, read_sorted<UserId>(reader, 1, kMembersPerRecordMax));
  FELTBOG_TRY(rotation, read_rotation(reader));
  return SpacePayload(MandateLeave{std::move(users), std::move(rotation)});
}

using Read = Payload (*)(CborReader&);
constexpr std::array<Read, kKindNames.size()> kRead{
    read_create,       read_member_add,       read_device_join,   read_member_remove,
    read_epoch_rotate, read_held_runs_settle, read_recovery_join, read_space_erase,
    read_legal_hold,   read_erasure_done,     read_mandate_join,  read_mandate_leave};

}  // namespace

std::string_view space_kind_name(std::uint16_t kind) {
  return kind >= 1 && kind <= kKindNames.size() ? kKindNames[kind - 1U] : "unknown";
}

Bytes encode_payload(const SpacePayload& payload) {
  CborWriter writer;
  std::visit(Write{writer}, payload);
  return writer.take();
}

Result<SpacePayload> decode_space_payload(std::uint16_t kind, BytesView bytes) {
  if (kind < 1 || kind > kRead.size()) {
    return Error{ErrorCode::unknown_kind, "space record of kind " + std::to_string(kind)};
  }
  CborReader reader(bytes);
  FELTBOG_TRY(payload, kRead[kind - 1U](reader));
  FELTBOG_CHECK(reader.finish());
  return payload;
}

}  // namespace feltbog::ledger
