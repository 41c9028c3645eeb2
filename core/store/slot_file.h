// SPDX-License-Identifier: Apache-2.0
// The bytes of a slot file: a header, slots of fixed size, a checksum. Wraps and unwraps the master
// key; who may try, and how often, is core/store/key_slot.h.
#pragma once

#include <optional>
#include <vector>

#include "core/crypto/aead.h"
#include "core/store/key_slot.h"

namespace feltbog::store {

// Random, made with the slots; binds every slot to its file.
using SlotFileId = FixedBytes<16, struct SlotFileIdTag>;
// Tells whether a key is the master key of these slots.
using MasterCheck = FixedBytes<32, struct MasterCheckTag>;

struct Slot {
  SlotInfo info;
  crypto::Salt salt;
  HardwareKeyId hardware;  // zero for a recovery slot
  crypto::Nonce nonce;
  FixedBytes<48, struct SealedMasterTag> sealed;  // key and tag
};

struct SlotFile {
  std::uint64_t generation = 0;  // grows at every change; the higher of two copies counts
  SlotFileId id;
  MasterCheck master_check;
  std::vector<Slot> slots;
};

constexpr std::size_t kSlotFileSizeMax = 4096;
constexpr std::size_t kRecoveryCodeSize = 16;  // before it becomes 26 symbols

Bytes encode_slot_file(const SlotFile& file);
// Strict. Errors: corrupt (checksum, structure, costs outside the floor and ceiling of
// core/crypto/passphrase.h), unsupported_version.
Result<SlotFile> decode_slot_file(BytesView bytes);

MasterCheck master_check_of(const SlotFileId& id, const crypto::Key& master);

// Wraps `master` in a new slot for a passphrase or a PIN. Errors: those of Argon2id and of the
// hardware.
Result<Slot> seal_slot(const SlotFileId& id, SlotKind kind, std::string_view secret,
                       crypto::PassphraseCost cost, HardwareKey& hardware, Random& random,
                       const crypto::Key& master);
// The same for a recovery code, given as its kRecoveryCodeSize random bytes.
Slot seal_recovery_slot(const SlotFileId& id, BytesView code, Random& random,
                        const crypto::Key& master);
// Errors: wrong_passphrase, missing_key (made with other hardware), those of Argon2id and hardware.
Result<crypto::Key> open_slot(const SlotFileId& id, const Slot& slot, std::string_view secret,
                              HardwareKey& hardware);

}  // namespace feltbog::store
