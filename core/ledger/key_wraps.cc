// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/key_wraps.h"

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/ledger/codec.h"
#include "core/ledger/domains.h"

namespace feltbog::ledger {
namespace {

constexpr std::uint64_t kKeyWrapsVersion = 1;
constexpr std::uint64_t kKeyringVersion = 1;
// Kinds of recipients.
constexpr std::uint64_t kDevice = 0;
constexpr std::uint64_t kRecoveryKey = 1;
// Fresh public key, key, tag.
constexpr std::size_t kSealedKeyBytes = 32 + 32 + 16;

template <class Id>
Bytes wrap_binding(const WrapContext& context, const Id& recipient) {
  CborWriter writer;
  writer.array(7).uint(kKeyWrapsVersion).fixed(context.organisation).fixed(context.space);
  writer.uint(context.epoch).fixed(recipient).fixed(context.issuer).fixed(context.key);
  return writer.take();
}

Bytes previous_binding(const KeyId& previous_id, const WrapContext& next) {
  CborWriter writer;
  writer.array(6).uint(kKeyWrapsVersion).fixed(next.organisation).fixed(next.space);
  writer.uint(next.epoch).fixed(next.key).fixed(previous_id);
  return writer.take();
}

// Behind the kind.
template <class Wrap>
Result<Wrap> read_wrap(CborReader& reader) {
  FELTBOG_TRY(recipient, reader.fixed<decltype(Wrap::recipient)>());
  FELTBOG_TRY(sealed, reader.bytes());
  if (sealed.size() != kSealedKeyBytes) return Error{ErrorCode::malformed, "sealed key"};
  return Wrap{recipient, to_bytes(sealed)};
}

// The recovery key's, of which there is at most one, is the last.
Result<void> read_recipient(CborReader& reader, KeyWraps& out) {
  FELTBOG_CHECK(reader.array(3));
  FELTBOG_TRY(kind, reader.uint());
  if (kind > kRecoveryKey) {
    return Error{ErrorCode::unknown_kind, "recipient of kind " + std::to_string(kind)};
  }
  if (out.recovery) return Error{ErrorCode::malformed, "recipients out of order"};
  if (kind == kRecoveryKey) {
    FELTBOG_TRY(recovery, read_wrap<RecoveryWrap>(reader));
    out.recovery = std::move(recovery);
    return {};
  }
  FELTBOG_TRY(device, read_wrap<KeyWrap>(reader));
  out.wraps.push_back(std::move(device));
  return {};
}

// The key inside, if it is the one that is named.
Result<crypto::Key> checked_key(Bytes plain, const KeyId& expected, const SpaceId& space,
                                std::uint32_t epoch) {
  auto key = crypto::Key::from(plain);
  crypto::wipe(plain);
  if (!key || key_id(key.value(), space, epoch) != expected) {
    return Error{ErrorCode::decryption_failed, "another key than the log names"};
  }
  return key;
}

}  // namespace

KeyId key_id(const crypto::Key& key, const SpaceId& space, std::uint32_t epoch) {
  const Bytes place = CborWriter().array(2).fixed(space).uint(epoch).take();
  return crypto::keyed_hash<KeyId>(domains::kKeyId, key, place);
}

RecipientsHash recipients_hash(std::span<const DeviceId> devices,
                               const std::optional<RecoveryKeyId>& recovery_key) {
  CborWriter writer;
  writer.array(devices.size() + (recovery_key ? 1 : 0));
  for (const DeviceId& device : devices) writer.array(2).uint(kDevice).fixed(device);
  if (recovery_key) writer.array(2).uint(kRecoveryKey).fixed(*recovery_key);
  return crypto::hash<RecipientsHash>(domains::kRecipients, writer.result());
}

WrapsHash wraps_hash(BytesView encoded) {
  return crypto::hash<WrapsHash>(domains::kKeyWraps, encoded);
}

Bytes KeyWraps::encode() const {
  CborWriter writer;
  writer.array(5).uint(kKeyWrapsVersion).fixed(space).uint(epoch).fixed(key);
  writer.array(wraps.size() + (recovery ? 1 : 0));
  for (const KeyWrap& wrap : wraps) {
    writer.array(3).uint(kDevice).fixed(wrap.recipient).bytes(wrap.sealed);
  }
  if (recovery)
    writer.array(3).uint(kRecoveryKey).fixed(recovery->recipient).bytes(recovery->sealed);
  return writer.take();
}

Result<KeyWraps> KeyWraps::decode(BytesView bytes) {
  if (bytes.size() > kKeyWrapsBytesMax) return Error{ErrorCode::limit_exceeded, "key wraps"};
  CborReader reader(bytes);
  KeyWraps out;
  FELTBOG_CHECK(reader.array(5));
  FELTBOG_CHECK(read_version(reader, kKeyWrapsVersion));
  FELTBOG_TRY(space, reader.fixed<SpaceId>());
  out.space = space;
  FELTBOG_TRY(epoch, read_uint<std::uint32_t>(reader, kEpochMax));
  out.epoch = epoch;
  FELTBOG_TRY(key, reader.fixed<KeyId>());
  out.key = key;
  FELTBOG_TRY(count, read_count(reader, kRecipientsMax + 1));
  for (std::size_t i = 0; i < count; ++i) FELTBOG_CHECK(read_recipient(reader, out));
  FELTBOG_CHECK(reader.finish());
  if (!ascends(out.devices())) return Error{ErrorCode::malformed, "recipients out of order"};
  return out;
}

std::vector<DeviceId> KeyWraps::devices() const {
  std::vector<DeviceId> out;
  for (const KeyWrap& wrap : wraps) out.push_back(wrap.recipient);
  return out;
}

RecipientsHash KeyWraps::recipients() const {
  return recipients_hash(devices(), recovery ? std::optional(recovery->recipient) : std::nullopt);
}

WrapsCommitment KeyWraps::commitment() const { return {recipients(), wraps_hash(encode())}; }

Result<KeyWraps> wrap_key(const crypto::Key& key, const WrapContext& context,
                          std::span<const Recipient> recipients, Random& random,
                          const RecoveryPublic* recovery_key) {
  if (recipients.size() > kRecipientsMax) return Error{ErrorCode::limit_exceeded, "recipients"};
  KeyWraps out;
  out.space = context.space;
  out.epoch = context.epoch;
  out.key = context.key;
  for (const Recipient& recipient : recipients) {
    FELTBOG_TRY(sealed,
                crypto::seal_to(recipient.key, domains::kKeyWrap,
                                wrap_binding(context, recipient.device), key.view(), random));
    out.wraps.push_back({recipient.device, std::move(sealed)});
  }
  std::sort(out.wraps.begin(), out.wraps.end(),
            [](const KeyWrap& a, const KeyWrap& b) { return a.recipient < b.recipient; });
  if (recovery_key != nullptr) {
    const RecoveryKeyId id = recovery_key_id(*recovery_key);
    FELTBOG_TRY(sealed, crypto::seal_to(recovery_key->agreement, domains::kRecoveryWrap,
                                        wrap_binding(context, id), key.view(), random));
    out.recovery = RecoveryWrap{id, std::move(sealed)};
  }
  return out;
}

Result<crypto::Key> unwrap_key(const KeyWraps& wraps, const WrapContext& context,
                               const DeviceIdentity& recipient) {
  const auto found = std::find_if(wraps.wraps.begin(), wraps.wraps.end(), [&](const KeyWrap& wrap) {
    return wrap.recipient == recipient.id;
  });
  if (found == wraps.wraps.end()) return Error{ErrorCode::missing_key, "not sealed to this device"};
  FELTBOG_TRY(plain, crypto::open_from(recipient.agreement, domains::kKeyWrap,
                                       wrap_binding(context, recipient.id), found->sealed));
  return checked_key(std::move(plain), context.key, context.space, context.epoch);
}

Result<crypto::Key> unwrap_key(const KeyWraps& wraps, const WrapContext& context,
                               const RecoveryKey& recipient) {
  if (!wraps.recovery || wraps.recovery->recipient != recipient.id) {
    return Error{ErrorCode::missing_key, "not sealed to this recovery key"};
  }
  FELTBOG_TRY(plain,
              crypto::open_from(recipient.agreement, domains::kRecoveryWrap,
                                wrap_binding(context, recipient.id), wraps.recovery->sealed));
  return checked_key(std::move(plain), context.key, context.space, context.epoch);
}

Bytes seal_previous_key(const crypto::Key& previous, const KeyId& previous_id,
                        const crypto::Key& next, const WrapContext& next_context, Random& random) {
  const crypto::Key sealing = crypto::derive_key(domains::kPreviousKey, next);
  const auto nonce = random.make<crypto::Nonce>();
  Bytes out = to_bytes(nonce.view());
  append(out, crypto::seal(sealing, nonce, previous_binding(previous_id, next_context),
                           previous.view()));
  return out;
}

Result<crypto::Key> open_previous_key(BytesView sealed, const KeyId& previous_id,
                                      const crypto::Key& next, const WrapContext& next_context) {
  if (sealed.size() != kSealedPreviousBytes || next_context.epoch < 2) {
    return Error{ErrorCode::malformed, "sealed previous key"};
  }
  FELTBOG_TRY(nonce, crypto::Nonce::from(sealed.first(crypto::Nonce::kSize)));
  const crypto::Key sealing = crypto::derive_key(domains::kPreviousKey, next);
  FELTBOG_TRY(plain, crypto::open(sealing, nonce, previous_binding(previous_id, next_context),
                                  sealed.subspan(crypto::Nonce::kSize)));
  return checked_key(std::move(plain), previous_id, next_context.space, next_context.epoch - 1);
}

const crypto::Key* Keyring::find(std::uint32_t epoch) const {
  const auto found = keys_.find(epoch);
  return found == keys_.end() ? nullptr : &found->second;
}

Bytes Keyring::encode() const {
  CborWriter writer;
  writer.array(2).uint(kKeyringVersion).array(keys_.size());
  for (const auto& [epoch, key] : keys_) writer.array(2).uint(epoch).bytes(key.view());
  return writer.take();
}

Result<Keyring> Keyring::decode(BytesView bytes) {
  CborReader reader(bytes);
  FELTBOG_CHECK(reader.array(2));
  FELTBOG_CHECK(read_version(reader, kKeyringVersion));
  FELTBOG_TRY(count, read_count(reader, kEpochMax));
  Keyring out;
  for (std::size_t i = 0; i < count; ++i) {
    FELTBOG_CHECK(reader.array(2));
    FELTBOG_TRY(epoch, read_uint<std::uint32_t>(reader, kEpochMax));
    if (epoch <= out.newest()) return Error{ErrorCode::malformed, "keys out of order"};
    FELTBOG_TRY(secret, reader.bytes());
    FELTBOG_TRY(key, crypto::Key::from(secret));
    out.put(epoch, std::move(key));
  }
  FELTBOG_CHECK(reader.finish());
  return out;
}

}  // namespace feltbog::ledger
