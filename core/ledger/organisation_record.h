// SPDX-License-Identifier: Apache-2.0
// The payloads of the organisation's log. No names, no text: the server reads these. Meaning and
// rules: organisation.h.
#pragma once

#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/ledger/cut.h"
#include "core/ledger/mandate.h"
#include "core/ledger/record.h"
#include "core/ledger/recovery_key.h"
#include "core/ledger/roles.h"

namespace feltbog::ledger {

// The first record, authored by the founder's device, which it also enrols.
struct OrganisationCreate {
  crypto::SigningPublic server_key;  // the server identity that signs receipts and sessions
  UserId founder;
  RoleSet roles;  // with administrator
  DevicePublic device;
};

struct UserAdd {
  UserId user;
  RoleSet roles;
};

// The public key is that of the secret in the invite's text (invite.h).
struct InviteCreate {
  InviteId invite;
  crypto::SigningPublic invite_key;
  UserId user;
  WallTime expires_at;  // judged by the server alone, at the time of the device_add
};

struct InviteRevoke {
  InviteId invite;
};

// Authored by the new device, entitled by the invite's key.
struct DeviceAdd {
  InviteId invite;
  UserId user;
  DevicePublic device;
  crypto::Signature invite_signature;  // over device_addition_statement()
};

struct DeviceRevoke {
  DeviceId device;
  std::vector<Cut> cuts;  // of that device; may be empty, see run_standing()
  // When it got out of its user's hands, as somebody says; 0: not said. Who makes the cuts makes
  // them there.
  WallTime lost_at = {};
};

struct RolesSet {
  UserId user;
  RoleSet roles;
};

// Bars all devices of the user for good. After a reinstatement they are enrolled anew.
struct UserSuspend {
  UserId user;
  std::vector<Cut> cuts;  // of the user's devices
};

struct UserReinstate {
  UserId user;
};

struct ServerKeySet {
  crypto::SigningPublic server_key;
};

// A barred device that learns of this sends what it has not sent, and destroys what it holds, keys
// first.
struct WipeOrder {
  DeviceId device;
};

// From here on every key of a space is sealed to the recovery key too. It takes the place of the
// one before, for good.
struct RecoveryKeySet {
  RecoveryPublic publics;
  Custody custody;
};

// The author's user opened the recovery key in force and may read, until another takes its place,
// every space that was given it.
struct RecoveryUse {
  RecoveryKeyId key;
  RecoveryReason reason = RecoveryReason::devices_lost;
  WallTime at;                  // as its author says
  crypto::Signature signature;  // by the recovery key, over recovery_use_statement()
};

// Who works together; its members are brought into a file when it is made. Replaces what the team
// was before; without members it is dissolved.
struct TeamSet {
  TeamId team;
  std::vector<UserId> users;  // ascending, each once
};

// Devices that are given every file's key, so that somebody is always there who can carry out a
// mandate; they are sent no content for it. Replaces those there were.
struct DutySet {
  std::vector<DeviceId> devices;  // ascending, each once
};

struct MandateGive {
  Mandate mandate;
};

// From here on nobody carries it out any more, and who carried it out takes its holder out again.
struct MandateEnd {
  MandateId mandate;
};

// How many days a device shows cases after its last complete session with the server
// (docs/leases.md).
struct LeaseSet {
  std::uint64_t days = 0;  // 0: without end; at most kLeaseDaysMax
};
inline constexpr std::uint64_t kLeaseDaysMax = 90;
// Where no record says otherwise.
inline constexpr std::uint64_t kLeaseDays = 14;

// In the order of their kind numbers, from 1.
using OrganisationPayload =
    std::variant<OrganisationCreate, UserAdd, InviteCreate, InviteRevoke, DeviceAdd, DeviceRevoke,
                 RolesSet, UserSuspend, UserReinstate, ServerKeySet, WipeOrder, RecoveryKeySet,
                 RecoveryUse, TeamSet, DutySet, MandateGive, MandateEnd, LeaseSet>;

inline std::uint16_t kind_of(const OrganisationPayload& payload) {
  return static_cast<std::uint16_t>(payload.index() + 1);
}
// "user_add"; "unknown" for a number this version does not know.
std::string_view organisation_kind_name(std::uint16_t kind);

Bytes encode_payload(const OrganisationPayload& payload);
// Errors: unknown_kind, malformed, truncated, limit_exceeded.
Result<OrganisationPayload> decode_organisation_payload(std::uint16_t kind, BytesView bytes);

// What the invite's key signs: the new device at exactly this place in this log, so that the
// signature is good for one record only.
Bytes device_addition_statement(const LogId& organisation, const LogHead& previous,
                                const InviteId& invite, const UserId& user,
                                const DevicePublic& device);

}  // namespace feltbog::ledger
