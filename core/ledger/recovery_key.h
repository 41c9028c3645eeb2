// SPDX-License-Identifier: Apache-2.0
// The organisation's recovery key: given every space's key, though it is no device, and kept by
// nobody. Any two of three custodians bring it back with their codes. Setting it and putting it to
// use: organisation_record.h.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/crypto/box.h"
#include "core/crypto/sign.h"

namespace feltbog::ledger {

inline constexpr std::size_t kCustodians = 3;

using RecoveryKeyId = FixedBytes<16, struct RecoveryKeyIdTag>;
using CustodianHash = FixedBytes<32, struct CustodianHashTag>;
using SealedSeed = FixedBytes<24 + 32 + 16, struct SealedSeedTag>;  // nonce, seed, tag
using CustodianCode = crypto::Secret<16, struct CustodianCodeTag>;

struct RecoveryPublic {
  crypto::SigningPublic signing;
  crypto::AgreementPublic agreement;
  friend auto operator<=>(const RecoveryPublic&, const RecoveryPublic&) = default;
};
RecoveryKeyId recovery_key_id(const RecoveryPublic& publics);

// Moved, not copied; never stored.
struct RecoveryKey {
  crypto::SigningSecret signing;
  crypto::AgreementSecret agreement;
  RecoveryPublic publics;
  RecoveryKeyId id;

  // Both secrets come from one, which custodians' codes open.
  static RecoveryKey from_seed(const crypto::Key& seed);
};

// What stands in the log for everybody to see: two codes are enough with it, one is not.
struct Custody {
  std::array<CustodianHash, kCustodians> custodians;  // of their codes: tells a right one
  std::array<SealedSeed, kCustodians> seeds;  // for the custodians 1 and 2, 1 and 3, 2 and 3
  friend bool operator==(const Custody&, const Custody&) = default;
};

// The secret itself is gone when this is returned.
struct NewRecoveryKey {
  RecoveryPublic publics;
  Custody custody;
  std::array<CustodianCode, kCustodians> codes;  // to be shown once, one to each custodian
};
NewRecoveryKey make_recovery_key(const OrganisationId& organisation, Random& random);

// Errors: decryption_failed (a code that is none of this key's), invalid_argument (one custodian's
// code twice).
Result<RecoveryKey> open_recovery_key(const OrganisationId& organisation,
                                      const RecoveryPublic& publics, const Custody& custody,
                                      const CustodianCode& one, const CustodianCode& other);

// 29 symbols in groups of five, the last four of which catch typing errors.
std::string to_text(const CustodianCode& code);
// Case, spaces and dashes do not matter. Error: invalid_argument.
Result<CustodianCode> parse_custodian_code(std::string_view text);

// Why the key is put to use, as far as the server may know. Numbers are part of the format.
enum class RecoveryReason : std::uint8_t {
  devices_lost = 1,  // nobody who belongs to the files has a device left that opens them
  members_gone = 2,  // they left, or died
  ordered = 3,       // an authority or a court asks for what they hold
};
std::string_view recovery_reason_name(RecoveryReason reason);
// No value for a foreign name or number.
std::optional<RecoveryReason> recovery_reason_from_name(std::string_view name);
std::optional<RecoveryReason> recovery_reason_from_number(std::uint64_t number);

// What the recovery key signs: that this device opened it, why, and when.
Bytes recovery_use_statement(const OrganisationId& organisation, const RecoveryKeyId& key,
                             const DeviceId& device, RecoveryReason reason, WallTime at);

}  // namespace feltbog::ledger
