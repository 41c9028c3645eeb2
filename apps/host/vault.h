// SPDX-License-Identifier: Apache-2.0
// A data directory's database, shut or open: from a passphrase to a Workspace and back to nothing.
// No sockets, no timers.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "apps/host/data_directory.h"
#include "core/store/key_slot.h"
#include "core/workspace/workspace.h"

namespace feltbog::host {

class Vault {
 public:
  // `unlock_milliseconds`: what opening may take with a passphrase chosen here.
  Vault(const workspace::Environment& environment, DataDirectory directory,
        std::int64_t unlock_milliseconds)
      : environment_(environment),
        directory_(std::move(directory)),
        unlock_milliseconds_(unlock_milliseconds) {}

  // Whether a database is there at all.
  Result<bool> exists();
  // Makes slots and database, and leaves it open. What a creation that did not come to its end left
  // is cleared first. Errors: already_exists, weak_passphrase, disk_full, io_error, out_of_memory.
  Result<void> create(std::string_view passphrase);
  // Does nothing when open already. Takes as long as Argon2id does. Errors: not_found (no
  // database), wrong_passphrase, too_many_tries, missing_key, revoked (kWiped: an order to wipe had
  // not been carried out, and was now), and those of Workspace::open.
  Result<void> unlock(std::string_view passphrase);
  // The same with a recovery code, which is never counted and sets the count of tries to zero.
  Result<void> unlock_with_recovery(std::string_view code);
  // Tests the old passphrase as unlock does, then puts the new one in its place; a database that is
  // open stays so. Errors: those of unlock, weak_passphrase.
  Result<void> change_passphrase(std::string_view old_passphrase, std::string_view new_passphrase);
  // For a person who forgot theirs: the new one takes the place of every passphrase there is.
  Result<void> reset_passphrase(std::string_view recovery_code, std::string_view new_passphrase);
  // A new recovery code, to be shown once. Errors: those of unlock, limit_exceeded.
  Result<std::string> add_recovery(std::string_view passphrase);
  // Closes the database; its keys are wiped.
  void lock() { workspace_.reset(); }
  // Closes and removes database and slots. Only for a database that never belonged to an
  // organisation.
  Result<void> discard();
  // Closes the database and destroys what is in the folder: Workspace::wipe_due. What the owner of
  // the folder itself needs until it ends stays, and says nothing about anybody. Errors: io_error.
  Result<void> wipe();
  Result<store::TryState> tries();

  // Null while locked.
  workspace::Workspace* workspace() { return workspace_.get(); }

 private:
  // The slots, with the hardware they need.
  struct Slots {
    std::unique_ptr<store::FileHardwareKey> hardware;
    store::KeySlots slots;
  };
  Result<std::unique_ptr<store::FileHardwareKey>> hardware();
  Result<Slots> slots();
  Result<void> open(store::SlotKind kind, std::string_view secret);
  // Measured where a passphrase is chosen, so that opening it later takes a bearable while here.
  crypto::PassphraseCost cost();
  workspace::Environment environment_;
  DataDirectory directory_;
  std::int64_t unlock_milliseconds_;
  std::unique_ptr<workspace::Workspace> workspace_;
};

}  // namespace feltbog::host
