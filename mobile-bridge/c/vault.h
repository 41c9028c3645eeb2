// SPDX-License-Identifier: Apache-2.0
// A folder's key slots and database: from a secret to an open Workspace and back to nothing. The
// folder is laid out as the command line's is (docs/store-format.md).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/store/key_slot.h"
#include "core/workspace/workspace.h"

namespace feltbog::bridge {

class Vault {
 public:
  // Without `hardware` a key file in the folder takes its place.
  Vault(const workspace::Environment& environment, std::string directory,
        std::unique_ptr<store::HardwareKey> hardware)
      : environment_(environment),
        directory_(std::move(directory)),
        hardware_(std::move(hardware)) {}

  // Makes the folder. Errors: io_error, disk_full.
  Result<void> prepare();
  Result<bool> exists();
  // What a creation that did not come to its end left is cleared first.
  Result<std::unique_ptr<workspace::Workspace>> create(store::SlotKind kind,
                                                       std::string_view secret);
  // An order to wipe that was not carried out is carried out now. Error then: revoked.
  Result<std::unique_ptr<workspace::Workspace>> unlock(store::SlotKind kind,
                                                       std::string_view secret);
  // Destroys what is in the folder: Workspace::wipe_due. The database is closed.
  Result<void> wipe();
  Result<store::TryState> tries();
  Result<void> change_secret(store::SlotKind kind, std::string_view old_secret,
                             std::string_view new_secret);
  Result<std::string> add_recovery(store::SlotKind kind, std::string_view secret);

 private:
  std::string database() const { return directory_ + "/feltbog.db"; }
  std::string slots_path() const { return directory_ + "/slots"; }
  Result<store::HardwareKey*> hardware();
  Result<store::KeySlots> slots();
  Result<std::unique_ptr<workspace::Workspace>> make(store::SlotKind kind, std::string_view secret);
  Result<void> discard();

  workspace::Environment environment_;
  std::string directory_;
  std::unique_ptr<store::HardwareKey> hardware_;
  bool hardware_is_file_ = false;
};

}  // namespace feltbog::bridge
