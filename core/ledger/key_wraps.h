// SPDX-License-Identifier: Apache-2.0
// A space's keys: their ids, the sealed copies for each device, and the ring a device opens them
// into. The sealed copies hang on a record by hash, so that they can be destroyed while the log
// still verifies. Which record they belong to and who must be in them: space.h.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/base/cbor.h"
#include "core/ledger/identity.h"
#include "core/ledger/recovery_key.h"

namespace feltbog::ledger {

inline constexpr std::size_t kRecipientsMax = 1024;
inline constexpr std::size_t kKeyWrapsBytesMax = 256u << 10;
inline constexpr std::uint32_t kEpochMax = 1u << 24;

using WrapsHash = FixedBytes<32, struct WrapsHashTag>;
using RecipientsHash = FixedBytes<32, struct RecipientsHashTag>;

// Commits to the key, the space and the epoch: two keys never share an id.
KeyId key_id(const crypto::Key& key, const SpaceId& space, std::uint32_t epoch);

// What a record says of its wraps. The recipients are a hash of their own, so that the record can
// be judged without the wraps.
struct WrapsCommitment {
  RecipientsHash recipients;
  WrapsHash wraps;
  friend auto operator<=>(const WrapsCommitment&, const WrapsCommitment&) = default;
};

// `devices` in ascending order, each once; `recovery_key` where there is one.
RecipientsHash recipients_hash(std::span<const DeviceId> devices,
                               const std::optional<RecoveryKeyId>& recovery_key = {});

// What every wrap is bound to, beside its recipient.
struct WrapContext {
  OrganisationId organisation;
  SpaceId space;
  std::uint32_t epoch = 1;
  KeyId key;
  DeviceId issuer;
};

struct KeyWrap {
  DeviceId recipient;
  Bytes sealed;
};

struct RecoveryWrap {
  RecoveryKeyId recipient;
  Bytes sealed;
};

struct KeyWraps {
  SpaceId space;
  std::uint32_t epoch = 1;
  KeyId key;
  std::vector<KeyWrap> wraps;  // in ascending order of recipient, each once
  std::optional<RecoveryWrap> recovery;

  Bytes encode() const;
  // Errors: malformed, truncated, limit_exceeded, unsupported_version, unknown_kind (a recipient
  // that is neither a device nor a recovery key).
  static Result<KeyWraps> decode(BytesView bytes);
  std::vector<DeviceId> devices() const;
  RecipientsHash recipients() const;
  WrapsCommitment commitment() const;
};

// The hash a record carries of the wraps' encoded bytes.
WrapsHash wraps_hash(BytesView encoded);

struct Recipient {
  DeviceId device;
  crypto::AgreementPublic key;
};

// Seals `key` to each recipient, and to the recovery key unless it is null. Errors: malformed (a
// public key of small order), limit_exceeded.
Result<KeyWraps> wrap_key(const crypto::Key& key, const WrapContext& context,
                          std::span<const Recipient> recipients, Random& random,
                          const RecoveryPublic* recovery_key = nullptr);
// Errors: missing_key (not a recipient), decryption_failed (also when what is inside is not the key
// the context names).
Result<crypto::Key> unwrap_key(const KeyWraps& wraps, const WrapContext& context,
                               const DeviceIdentity& recipient);
Result<crypto::Key> unwrap_key(const KeyWraps& wraps, const WrapContext& context,
                               const RecoveryKey& recipient);

// The key of the epoch before, sealed under the new one, by which a new member reads history.
inline constexpr std::size_t kSealedPreviousBytes = 24 + 32 + 16;
Bytes seal_previous_key(const crypto::Key& previous, const KeyId& previous_id,
                        const crypto::Key& next, const WrapContext& next_context, Random& random);
Result<crypto::Key> open_previous_key(BytesView sealed, const KeyId& previous_id,
                                      const crypto::Key& next, const WrapContext& next_context);

// A device's keys of one space, by epoch. Moved, not copied.
class Keyring {
 public:
  const crypto::Key* find(std::uint32_t epoch) const;
  void put(std::uint32_t epoch, crypto::Key key) { keys_[epoch] = std::move(key); }
  bool empty() const { return keys_.empty(); }
  std::size_t size() const { return keys_.size(); }
  std::uint32_t newest() const { return keys_.empty() ? 0 : keys_.rbegin()->first; }
  const std::map<std::uint32_t, crypto::Key>& keys() const { return keys_; }

  // Secret bytes, for the encrypted database only; the caller wipes them.
  Bytes encode() const;
  static Result<Keyring> decode(BytesView bytes);

 private:
  std::map<std::uint32_t, crypto::Key> keys_;
};

}  // namespace feltbog::ledger
