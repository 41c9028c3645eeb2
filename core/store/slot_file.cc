// SPDX-License-Identifier: Apache-2.0
// Encoding of slot files, and the way from a secret to the master key.
#include "core/store/slot_file.h"

#include <cstring>

#include "core/crypto/hash.h"
#include "core/store/geometry.h"

namespace feltbog::store {
namespace {

using Digest = FixedBytes<32, struct SlotDigestTag>;

constexpr std::string_view kMagic{"feltkey\x1a", 8};
constexpr std::uint16_t kSlotFormat = 1;
constexpr std::size_t kFormatAt = 8;
constexpr std::size_t kCountAt = 10;
constexpr std::size_t kGenerationAt = 16;
constexpr std::size_t kFileIdAt = 24;
constexpr std::size_t kMasterCheckAt = 40;
constexpr std::size_t kHeaderSize = 72;

constexpr std::size_t kKindAt = 16;
constexpr std::size_t kDerivationAt = 17;
constexpr std::size_t kMemoryAt = 20;
constexpr std::size_t kPassesAt = 24;
constexpr std::size_t kSaltAt = 32;
constexpr std::size_t kHardwareAt = 48;
constexpr std::size_t kNonceAt = 64;
constexpr std::size_t kSealedAt = 88;
constexpr std::size_t kSlotSize = 136;
static_assert(kHeaderSize + kSlotsMax * kSlotSize + Digest::kSize <= kSlotFileSizeMax);

// How a secret becomes a key. Argon2id for what people remember; a recovery code is random enough.
enum class Derivation : std::uint8_t { hash_only = 1, argon2id = 2 };

Derivation derivation_of(SlotKind kind) {
  return kind == SlotKind::recovery ? Derivation::hash_only : Derivation::argon2id;
}

Digest checksum(BytesView bytes) { return crypto::hash<Digest>("store.slots.v1", bytes); }

template <class Fixed>
void put(std::uint8_t* to, const Fixed& value) {
  std::memcpy(to, value.bytes.data(), Fixed::kSize);
}
template <class Fixed>
void get(const std::uint8_t* from, Fixed& value) {
  std::memcpy(value.bytes.data(), from, Fixed::kSize);
}

std::array<std::uint8_t, kSlotSize> encode_slot(const Slot& slot) {
  std::array<std::uint8_t, kSlotSize> out{};
  put(out.data(), slot.info.id);
  out[kKindAt] = static_cast<std::uint8_t>(slot.info.kind);
  out[kDerivationAt] = static_cast<std::uint8_t>(derivation_of(slot.info.kind));
  put_little(out.data() + kMemoryAt, slot.info.cost.memory_kibibytes, 4);
  put_little(out.data() + kPassesAt, slot.info.cost.passes, 4);
  put(out.data() + kSaltAt, slot.salt);
  put(out.data() + kHardwareAt, slot.hardware);
  put(out.data() + kNonceAt, slot.nonce);
  put(out.data() + kSealedAt, slot.sealed);
  return out;
}

bool is_within_bounds(SlotKind kind, crypto::PassphraseCost cost) {
  if (kind == SlotKind::recovery) return cost == crypto::PassphraseCost{0, 0};
  return cost.memory_kibibytes >= crypto::kPassphraseCostFloor.memory_kibibytes &&
         cost.passes >= crypto::kPassphraseCostFloor.passes &&
         cost.memory_kibibytes <= crypto::kPassphraseCostCeiling.memory_kibibytes &&
         cost.passes <= crypto::kPassphraseCostCeiling.passes;
}

Result<Slot> decode_slot(BytesView bytes) {
  Slot slot;
  get(bytes.data(), slot.info.id);
  const std::uint8_t kind = bytes[kKindAt];
  if (kind < 1 || kind > 3) return Error{ErrorCode::corrupt, "slot kind " + std::to_string(kind)};
  slot.info.kind = static_cast<SlotKind>(kind);
  slot.info.cost.memory_kibibytes =
      static_cast<std::uint32_t>(get_little(bytes.data() + kMemoryAt, 4));
  slot.info.cost.passes = static_cast<std::uint32_t>(get_little(bytes.data() + kPassesAt, 4));
  if (!is_within_bounds(slot.info.kind, slot.info.cost))
    return Error{ErrorCode::corrupt, "slot cost"};
  get(bytes.data() + kSaltAt, slot.salt);
  get(bytes.data() + kHardwareAt, slot.hardware);
  get(bytes.data() + kNonceAt, slot.nonce);
  get(bytes.data() + kSealedAt, slot.sealed);
  const auto again = encode_slot(slot);
  if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) {
    return Error{ErrorCode::corrupt, "slot filling"};
  }
  return slot;
}

// Binds the wrapped key to its file and to every parameter of its slot, costs included.
Bytes additional_data(const SlotFileId& id, const Slot& slot) {
  Bytes out = to_bytes(id.view());
  const auto encoded = encode_slot(slot);
  append(out, BytesView(encoded).first(kSealedAt));
  return out;
}

// The bytes of a code as people type it. Error: wrong_passphrase, when it is none.
Result<Bytes> read_code(std::string_view code) {
  std::string symbols;
  for (const char symbol : code) {
    if (symbol != ' ' && symbol != '-') symbols += symbol;
  }
  auto decoded = from_base32(symbols);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(symbols.data()), symbols.size()});
  if (!decoded || decoded->size() != kRecoveryCodeSize) return ErrorCode::wrong_passphrase;
  return decoded;
}

crypto::Key key_of_code(const Slot& slot, BytesView code) {
  Bytes input = to_bytes(slot.salt.view());
  append(input, code);
  auto digest = crypto::hash<Digest>("store.recover.v1", input);
  crypto::wipe(input);
  crypto::Key key;
  std::copy(digest.bytes.begin(), digest.bytes.end(), key.bytes().begin());
  crypto::wipe(digest.bytes);
  return key;
}

// Argon2id, then the hardware: a guess costs both, and the second cannot leave the device.
Result<crypto::Key> key_of_passphrase(const Slot& slot, std::string_view secret,
                                      HardwareKey& hardware) {
  FELTBOG_TRY(stretched, crypto::key_from_passphrase(secret, slot.salt, slot.info.cost));
  Bytes input = to_bytes(as_bytes("feltbog.slot.v1"));
  append(input, slot.info.id.view());
  append(input, stretched.view());
  auto mixed = hardware.mix(input);
  crypto::wipe(input);
  if (!mixed) return mixed.error();
  return crypto::derive_key("store.slot.v1", *mixed, stretched.view());
}

Result<crypto::Key> wrapping_key(const Slot& slot, std::string_view secret, HardwareKey& hardware) {
  if (slot.info.kind == SlotKind::recovery) {
    FELTBOG_TRY(code, read_code(secret));
    crypto::Key key = key_of_code(slot, code);
    crypto::wipe(code);
    return key;
  }
  if (slot.hardware != hardware.id()) return Error{ErrorCode::missing_key, "hardware key"};
  return key_of_passphrase(slot, secret, hardware);
}

Slot begin_slot(SlotKind kind, Random& random) {
  Slot slot;
  slot.info.id = random.make<SlotId>();
  slot.info.kind = kind;
  slot.salt = random.make<crypto::Salt>();
  slot.nonce = random.make<crypto::Nonce>();
  return slot;
}

void wrap(const SlotFileId& id, Slot& slot, const crypto::Key& key, const crypto::Key& master) {
  const Bytes sealed = crypto::seal(key, slot.nonce, additional_data(id, slot), master.view());
  std::copy(sealed.begin(), sealed.end(), slot.sealed.bytes.begin());
}

}  // namespace

Bytes encode_slot_file(const SlotFile& file) {
  Bytes out(kHeaderSize);
  std::memcpy(out.data(), kMagic.data(), kMagic.size());
  put_little(out.data() + kFormatAt, kSlotFormat, 2);
  put_little(out.data() + kCountAt, file.slots.size(), 2);
  put_little(out.data() + kGenerationAt, file.generation, 8);
  put(out.data() + kFileIdAt, file.id);
  put(out.data() + kMasterCheckAt, file.master_check);
  for (const Slot& slot : file.slots) append(out, encode_slot(slot));
  append(out, checksum(out).view());
  return out;
}

Result<SlotFile> decode_slot_file(BytesView bytes) {
  if (bytes.size() < kHeaderSize + Digest::kSize || as_text(bytes.first(kMagic.size())) != kMagic) {
    return Error{ErrorCode::corrupt, "slot file of " + std::to_string(bytes.size()) + " bytes"};
  }
  const BytesView checked = bytes.first(bytes.size() - Digest::kSize);
  const Digest digest = checksum(checked);
  if (!std::equal(digest.bytes.begin(), digest.bytes.end(),
                  bytes.begin() + static_cast<std::ptrdiff_t>(checked.size()))) {
    return Error{ErrorCode::corrupt, "slot file checksum"};
  }
  const std::uint64_t format = get_little(bytes.data() + kFormatAt, 2);
  if (format != kSlotFormat) {
    return Error{ErrorCode::unsupported_version, "slot format " + std::to_string(format)};
  }
  const std::uint64_t count = get_little(bytes.data() + kCountAt, 2);
  if (count == 0 || count > kSlotsMax || checked.size() != kHeaderSize + count * kSlotSize ||
      get_little(bytes.data() + kCountAt + 2, 4) != 0) {
    return Error{ErrorCode::corrupt, "slot count " + std::to_string(count)};
  }
  SlotFile file;
  file.generation = get_little(bytes.data() + kGenerationAt, 8);
  get(bytes.data() + kFileIdAt, file.id);
  get(bytes.data() + kMasterCheckAt, file.master_check);
  for (std::size_t i = 0; i < count; ++i) {
    FELTBOG_TRY(slot, decode_slot(checked.subspan(kHeaderSize + i * kSlotSize, kSlotSize)));
    file.slots.push_back(slot);
  }
  return file;
}

MasterCheck master_check_of(const SlotFileId& id, const crypto::Key& master) {
  const crypto::Key key = crypto::derive_key("store.master.v1", master);
  return crypto::keyed_hash<MasterCheck>("store.master.v1", key, id.view());
}

Result<Slot> seal_slot(const SlotFileId& id, SlotKind kind, std::string_view secret,
                       crypto::PassphraseCost cost, HardwareKey& hardware, Random& random,
                       const crypto::Key& master) {
  Slot slot = begin_slot(kind, random);
  slot.info.cost = cost;
  slot.hardware = hardware.id();
  FELTBOG_TRY(key, key_of_passphrase(slot, secret, hardware));
  wrap(id, slot, key, master);
  return slot;
}

Slot seal_recovery_slot(const SlotFileId& id, BytesView code, Random& random,
                        const crypto::Key& master) {
  Slot slot = begin_slot(SlotKind::recovery, random);
  slot.info.cost = {0, 0};
  wrap(id, slot, key_of_code(slot, code), master);
  return slot;
}

Result<crypto::Key> open_slot(const SlotFileId& id, const Slot& slot, std::string_view secret,
                              HardwareKey& hardware) {
  FELTBOG_TRY(key, wrapping_key(slot, secret, hardware));
  crypto::Key master;
  const auto sealed = slot.sealed.view();
  crypto::Tag tag;
  std::copy(sealed.begin() + crypto::Key::kSize, sealed.end(), tag.bytes.begin());
  // Straight into guarded memory: no copy of the key is left behind elsewhere.
  if (!crypto::open_detached(key, slot.nonce, additional_data(id, slot),
                             sealed.first(crypto::Key::kSize), tag, master.bytes())) {
    return ErrorCode::wrong_passphrase;
  }
  return master;
}

}  // namespace feltbog::store
