// SPDX-License-Identifier: Apache-2.0
// The payloads of a space's log. Meaning and rules: space.h.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "core/ledger/cut.h"
#include "core/ledger/key_wraps.h"
#include "core/ledger/mandate.h"
#include "core/ledger/record.h"
#include "core/ledger/roles.h"

namespace feltbog::ledger {

inline constexpr std::size_t kMembersPerRecordMax = 256;
inline constexpr std::size_t kDevicesPerRecordMax = 256;
inline constexpr std::size_t kVerdictsPerRecordMax = 512;

using ArchiveHash = FixedBytes<32, struct ArchiveHashTag>;

// The first record, with the key of epoch 1. The author is one of the members.
struct SpaceCreate {
  OrganisationId organisation;
  SpaceKind kind = SpaceKind::authority_file;
  std::vector<Member> members;  // in ascending order of user, each once
  KeyId key;
  WrapsCommitment wraps;  // of the members' active devices
};

// Gives the current key, and with it the history, to further users.
struct MemberAdd {
  std::vector<Member> members;  // ascending, each once, none a member yet
  WrapsCommitment wraps;        // of the added users' active devices
};

// Gives the current key to devices that members have enrolled since.
struct DeviceJoin {
  std::vector<DeviceId> devices;  // ascending, each once
  WrapsCommitment wraps;
};

// A new key for exactly the active devices of the members, and the recovery key.
struct Rotation {
  std::uint32_t epoch = 2;
  KeyId key;
  WrapsCommitment wraps;
  Bytes sealed_previous;  // seal_previous_key()
  std::vector<Cut> cuts;  // of devices barred or removed; see run_standing()
};

struct MemberRemove {
  std::vector<UserId> users;  // ascending, each once
  Rotation rotation;
};

struct EpochRotate {
  Rotation rotation;
};

// What a person decided about a run that is held back: it counts after all, or never will.
struct Verdict {
  RunHash run;
  bool adopted = false;
  friend auto operator<=>(const Verdict&, const Verdict&) = default;
};

// A later verdict on the same run replaces an earlier one.
struct HeldRunsSettle {
  std::vector<Verdict> verdicts;  // ascending by run, each once
};

// Gives the current key to the organisation's recovery key in force, and to nobody else.
struct RecoveryJoin {
  WrapsCommitment wraps;
};

// Why a space's content is destroyed.
enum class ErasureGround : std::uint8_t {
  retention_over = 1,  // the time it had to be kept is over
  request = 2,         // the citizen's, granted
  mistake = 3,         // it should never have been written
};

// All keys and all content of the space are destroyed wherever this record arrives. The log stays,
// and goes on only with ErasureDone.
struct SpaceErase {
  ErasureGround ground = ErasureGround::retention_over;
  // The hash of what was handed over to an archive before, as the archive states it; none when
  // nothing was.
  std::optional<ArchiveHash> archive;
};

// While it stands the space cannot be erased.
struct LegalHold {
  bool held = true;
};

// The author's device has destroyed what it had.
struct ErasureDone {};

// Carries out mandates of the organisation's log: gives their holders the current key, as members.
struct MandateJoin {
  std::vector<MandateId> mandates;  // ascending, each once
  WrapsCommitment wraps;            // of the holders' active devices
};

// Takes out those whose mandate is over, for a new key they are not given.
struct MandateLeave {
  std::vector<UserId> users;  // ascending, each once
  Rotation rotation;
};

// In the order of their kind numbers, from 1.
using SpacePayload =
    std::variant<SpaceCreate, MemberAdd, DeviceJoin, MemberRemove, EpochRotate, HeldRunsSettle,
                 RecoveryJoin, SpaceErase, LegalHold, ErasureDone, MandateJoin, MandateLeave>;

inline std::uint16_t kind_of(const SpacePayload& payload) {
  return static_cast<std::uint16_t>(payload.index() + 1);
}
// "member_add"; "unknown" for a number this version does not know.
std::string_view space_kind_name(std::uint16_t kind);

Bytes encode_payload(const SpacePayload& payload);
// Errors: unknown_kind, malformed, truncated, limit_exceeded.
Result<SpacePayload> decode_space_payload(std::uint16_t kind, BytesView bytes);

}  // namespace feltbog::ledger
