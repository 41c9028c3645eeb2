// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/recovery.h"

#include "core/base/cbor.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

constexpr std::size_t kShortIdSymbols = 6;
constexpr std::uint64_t kWallTimeMax = std::uint64_t{1} << 53;

}  // namespace

std::string short_id(const ledger::RecoveryKeyId& key) {
  return to_base32(key.view()).substr(0, kShortIdSymbols);
}

Result<ledger::RecoveryKey> bring_back_recovery_key(const Core& core, std::string_view code,
                                                    std::string_view other_code) {
  const auto& organisation = core.membership.organisation();
  const ledger::RecoveryKeyEntry* entry = organisation.recovery_key();
  if (entry == nullptr) return Error{ErrorCode::wrong_state, "no recovery key is set"};
  FELTBOG_TRY(first, ledger::parse_custodian_code(code));
  FELTBOG_TRY(second, ledger::parse_custodian_code(other_code));
  return ledger::open_recovery_key(organisation.id(), entry->publics, entry->custody, first,
                                   second);
}

Result<ledger::Keyring> keys_by_recovery(Core& core, const SpaceId& space,
                                         const ledger::RecoveryKey& key) {
  const SpaceLog* log = core.membership.space(space);
  if (log == nullptr) return Error{ErrorCode::not_found, "space"};
  FELTBOG_TRY(rows, core.database->prepare("SELECT wraps FROM space_record WHERE space = ?1 AND "
                                           "length(wraps) > 0 ORDER BY sequence DESC"));
  rows.bind(1, space);
  ledger::Keyring ring;
  while (!ledger::holds_all_keys(ring, log->state)) {
    FELTBOG_TRY(more, rows.step());
    if (!more) return Error{ErrorCode::missing_key, "not given to the recovery key"};
    // Wraps that are not for this key are passed over.
    static_cast<void>(ledger::open_wraps(key, log->state, rows.bytes(0), ring).has_value());
  }
  return ring;
}

std::vector<SpaceId> recoverable_spaces(const Core& core) {
  std::vector<SpaceId> out;
  for (const auto& [id, log] : core.membership.spaces()) {
    if (log.state.recoverable_by(core.user(), core.membership.organisation())) out.push_back(id);
  }
  return out;
}

Bytes encode_drill(const ledger::RecoveryKeyId& key, WallTime at) {
  return CborWriter().array(2).fixed(key).integer(at.milliseconds).take();
}

Result<std::optional<WallTime>> last_drill(Core& core) {
  const ledger::RecoveryKeyEntry* entry = core.membership.organisation().recovery_key();
  FELTBOG_TRY(stored, read_setting(*core.database, setting::kRecoveryDrill));
  if (!stored || entry == nullptr) return std::optional<WallTime>();
  CborReader reader(*stored);
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_TRY(key, reader.fixed<ledger::RecoveryKeyId>());
  FELTBOG_TRY(at, reader.uint(kWallTimeMax));
  FELTBOG_CHECK(reader.finish());
  if (key != entry->id) return std::optional<WallTime>();
  return std::optional<WallTime>(WallTime{static_cast<std::int64_t>(at)});
}

}  // namespace feltbog::workspace
