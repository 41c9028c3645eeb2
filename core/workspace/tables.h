// SPDX-License-Identifier: Apache-2.0
// The device database's schema, and the small set of rows that are not files: settings and
// counters.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/store/database.h"
#include "core/store/migration.h"

namespace feltbog::workspace {

// All steps from an empty database to today's schema. Released steps are never changed.
std::span<const store::Migration> workspace_migrations();

// Settings by name. Errors: those of the database.
Result<std::optional<Bytes>> read_setting(store::Database& database, std::string_view name);
Result<void> write_setting(store::Database& database, std::string_view name, BytesView value);
Result<void> remove_setting(store::Database& database, std::string_view name);
// Settings that are numbers, in decimal; `otherwise` where there is none. Error also: corrupt.
Result<std::uint64_t> read_number(store::Database& database, std::string_view name,
                                  std::uint64_t otherwise);
Result<void> write_number(store::Database& database, std::string_view name, std::uint64_t number);

// This device's own (ledger/writer.h). Errors: corrupt, and those of the database.
Result<std::uint32_t> read_incarnation(store::Database& database);

namespace setting {
inline constexpr std::string_view kIdentity = "identity";  // encoded DeviceIdentity
inline constexpr std::string_view kUser = "user";          // UserId
inline constexpr std::string_view kInvite = "invite";      // text, until it is used
inline constexpr std::string_view kOffice = "office";      // founding invite's text, until used
inline constexpr std::string_view kOffered = "offered";    // empty: the server was shown the record
inline constexpr std::string_view kServerAddress = "server_address";
inline constexpr std::string_view kServerPin = "server_pin";
inline constexpr std::string_view kServerKey = "server_key";  // until the log names it
inline constexpr std::string_view kDirectory = "directory";   // SpaceId of the shared directory
inline constexpr std::string_view kAccessLog = "access_log";  // SpaceId of this device's own
inline constexpr std::string_view kAccessSealed = "access_sealed";  // its newest entry in a run
inline constexpr std::string_view kIncarnation = "incarnation";     // u32 of this device's writers
inline constexpr std::string_view kCopiedAs = "copied_as";          // u32: own_chain.h
inline constexpr std::string_view kRevision = "revision";
inline constexpr std::string_view kLease = "lease";                           // encoded LeaseTimes
inline constexpr std::string_view kRecoveryDrill = "recovery_drill";          // which key, and when
inline constexpr std::string_view kServerIncarnation = "server_incarnation";  // last met
// Empty: since it was barred, this device has offered the server all it could.
inline constexpr std::string_view kRescueTried = "rescue_tried";
// Empty: its user gives this device up, and once it is barred all on it is destroyed.
inline constexpr std::string_view kLeaving = "leaving";
}  // namespace setting

}  // namespace feltbog::workspace
