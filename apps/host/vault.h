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
  Vault(const workspace::Environment& environment, DataDirectory directory)
      : environment_(environment), directory_(std::move(directory)) {}

  // Whether a database is there at all.
  Result<bool> exists();
  // Makes slots and database, and leaves it open. What a creation that did not come to its end left
  // is cleared first. Errors: already_exists, weak_passphrase, disk_full, io_error, out_of_memory.
  Result<void> create(std::string_view passphrase);
  // Does nothing when open already. Takes as long as Argon2id does. Errors: not_found (no
  // database), wrong_passphrase, too_many_tries, missing_key, and those of Workspace::open.
  Result<void> unlock(std::string_view passphrase);
  // Closes the database; its keys are wiped.
  void lock() { workspace_.reset(); }
  // Closes and removes database and slots. Only for a database that never belonged to an
  // organisation.
  Result<void> discard();
  Result<store::TryState> tries();

  // Null while locked.
  workspace::Workspace* workspace() { return workspace_.get(); }

 private:
  Result<std::unique_ptr<store::FileHardwareKey>> hardware();
  workspace::Environment environment_;
  DataDirectory directory_;
  std::unique_ptr<workspace::Workspace> workspace_;
};

}  // namespace feltbog::host
