// SPDX-License-Identifier: Apache-2.0
// Key slots: the random master key of a device, wrapped once per passphrase, PIN or recovery code.
// Bytes on disk: docs/store-format.md. The database itself is core/store/database.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/disk.h"
#include "core/base/random.h"
#include "core/crypto/passphrase.h"
#include "core/crypto/secret.h"
#include "core/store/hardware_key.h"

namespace feltbog::store {

using SlotId = FixedBytes<16, struct SlotIdTag>;

enum class SlotKind : std::uint8_t {
  passphrase = 1,  // at least 12 characters
  pin = 2,         // device-bound hardware only: 8 digits, or 6 characters that are not all digits
  recovery = 3,    // a random code of 128 bits, kept by a supervisor; never counted, never delayed
};

struct SlotInfo {
  SlotId id;
  SlotKind kind = SlotKind::passphrase;
  crypto::PassphraseCost cost;
};

// What stands between a person and the next try.
struct TryState {
  std::uint32_t failures = 0;
  std::int64_t wait_seconds = 0;  // 0: try now
  bool needs_supervisor = false;  // only a recovery code opens it, and sets the count to zero
};

// Tries 1 to kFreeTries cost nothing; then each waits longer; from kTriesMax on a supervisor's
// recovery code is needed. Nothing is ever erased.
constexpr std::uint32_t kFreeTries = 4;
constexpr std::uint32_t kTriesMax = 10;
constexpr std::size_t kSlotsMax = 8;
constexpr std::size_t kPassphraseCharactersMin = 12;

// The slot files at `path` + ".a" and ".b" (two copies) and the count of tries at `path` +
// ".tries". One thread at a time. Disk, hardware key and random source must outlive it.
class KeySlots {
 public:
  // Makes a master key and its first slot. Errors: already_exists, weak_passphrase, not_permitted
  // (a PIN without device-bound hardware), disk_full, io_error, out_of_memory.
  static Result<KeySlots> create(Disk& disk, std::string_view path, HardwareKey& hardware,
                                 Random& random, SlotKind kind, std::string_view secret,
                                 crypto::PassphraseCost cost = {});
  // Reads the newest copy that is whole. Errors: not_found, corrupt, unsupported_version, io_error.
  static Result<KeySlots> open(Disk& disk, std::string_view path, HardwareKey& hardware,
                               Random& random);

  // The master key. Takes as long as Argon2id does. A passphrase and a PIN count as a try, durably,
  // before they are tested. Errors: wrong_passphrase; too_many_tries (detail "wait N seconds" or
  // "supervisor"; the secret was not tested); missing_key (made with other hardware); not_found (no
  // slot of that kind); disk_full, io_error, out_of_memory.
  Result<crypto::Key> unlock(SlotKind kind, std::string_view secret, WallTime now);
  Result<TryState> tries(WallTime now);

  // Adds a slot for a master key obtained from unlock. Errors: weak_passphrase, not_permitted,
  // limit_exceeded (kSlotsMax), not_authorised (another master key), disk_full, io_error.
  Result<SlotId> add(const crypto::Key& master, SlotKind kind, std::string_view secret,
                     crypto::PassphraseCost cost = {});
  // Makes a recovery slot and returns its code, 26 characters to be shown once and kept elsewhere.
  Result<std::string> add_recovery(const crypto::Key& master);
  // Tests the old secret as unlock does, then replaces that slot in one step: after a crash either
  // the old or the new secret opens, never both, never none.
  Result<void> change(SlotKind kind, std::string_view old_secret, std::string_view new_secret,
                      WallTime now, crypto::PassphraseCost cost = {});
  // For a person who forgot: the new secret takes the place of every slot of its kind, in one step,
  // and all tries are free again. `master` comes from a recovery code. Errors: those of add.
  Result<void> replace(const crypto::Key& master, SlotKind kind, std::string_view new_secret,
                       crypto::PassphraseCost cost = {});
  // Errors: not_found, wrong_state (the last slot), not_authorised, disk_full, io_error.
  Result<void> remove(const crypto::Key& master, const SlotId& slot);

  std::vector<SlotInfo> slots() const;

  KeySlots(KeySlots&&) noexcept;
  KeySlots& operator=(KeySlots&&) noexcept;
  ~KeySlots();

 private:
  struct State;
  explicit KeySlots(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace feltbog::store
