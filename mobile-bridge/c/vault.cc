// SPDX-License-Identifier: Apache-2.0
#include "mobile-bridge/c/vault.h"

#include <array>

#include "core/crypto/passphrase_cost.h"
#include "core/store/destroy.h"

namespace feltbog::bridge {

Result<void> Vault::prepare() { return environment_.disk->make_directories(directory_); }

Result<bool> Vault::exists() { return environment_.disk->exists(database()); }

Result<store::HardwareKey*> Vault::hardware() {
  if (hardware_ == nullptr) {
    FELTBOG_TRY(made, store::FileHardwareKey::open_or_create(
                          *environment_.disk, directory_ + "/hardware.key", *environment_.random));
    hardware_ = std::move(made);
    hardware_is_file_ = true;
  }
  return hardware_.get();
}

Result<store::KeySlots> Vault::slots() {
  FELTBOG_TRY(there, exists());
  if (!there) return Error{ErrorCode::not_found, "no database in the folder"};
  FELTBOG_TRY(key, hardware());
  return store::KeySlots::open(*environment_.disk, slots_path(), *key, *environment_.random);
}

Result<std::unique_ptr<workspace::Workspace>> Vault::create(store::SlotKind kind,
                                                            std::string_view secret) {
  FELTBOG_TRY(there, exists());
  if (there) return ErrorCode::already_exists;
  FELTBOG_CHECK(discard());
  auto made = make(kind, secret);
  // Half a database would stand in the way of the next try. The first error says more than one from
  // clearing up.
  if (!made) static_cast<void>(discard().has_value());
  return made;
}

Result<std::unique_ptr<workspace::Workspace>> Vault::make(store::SlotKind kind,
                                                          std::string_view secret) {
  FELTBOG_TRY(key, hardware());
  FELTBOG_TRY(made, store::KeySlots::create(
                        *environment_.disk, slots_path(), *key, *environment_.random, kind, secret,
                        crypto::calibrate_passphrase_cost(*environment_.clock)));
  FELTBOG_TRY(master, made.unlock(kind, secret, environment_.clock->wall_time()));
  return workspace::Workspace::create(environment_, database(), master);
}

Result<std::unique_ptr<workspace::Workspace>> Vault::unlock(store::SlotKind kind,
                                                            std::string_view secret) {
  FELTBOG_TRY(opened, slots());
  FELTBOG_TRY(master, opened.unlock(kind, secret, environment_.clock->wall_time()));
  FELTBOG_TRY(open, workspace::Workspace::open(environment_, database(), master));
  FELTBOG_TRY(due, open->wipe_due());
  if (!due) return open;
  open.reset();
  FELTBOG_CHECK(wipe());
  return Error{ErrorCode::revoked, "wiped"};
}

// A hardware key of the host's is not ours to destroy, and opens nothing without the slots.
Result<void> Vault::wipe() {
  constexpr std::array<std::string_view, 2> kKeys{"slots.", "hardware.key"};
  if (hardware_is_file_) hardware_.reset();
  return store::destroy_folder(*environment_.disk, directory_, kKeys, {});
}

Result<store::TryState> Vault::tries() {
  FELTBOG_TRY(opened, slots());
  return opened.tries(environment_.clock->wall_time());
}

Result<void> Vault::change_secret(store::SlotKind kind, std::string_view old_secret,
                                  std::string_view new_secret) {
  FELTBOG_TRY(opened, slots());
  return opened.change(kind, old_secret, new_secret, environment_.clock->wall_time(),
                       crypto::calibrate_passphrase_cost(*environment_.clock));
}

Result<std::string> Vault::add_recovery(store::SlotKind kind, std::string_view secret) {
  FELTBOG_TRY(opened, slots());
  FELTBOG_TRY(master, opened.unlock(kind, secret, environment_.clock->wall_time()));
  return opened.add_recovery(master);
}

Result<void> Vault::discard() {
  FELTBOG_TRY(names, environment_.disk->list(directory_));
  for (const std::string& name : names) {
    if (name.starts_with("feltbog.db") || name.starts_with("slots.")) {
      FELTBOG_CHECK(environment_.disk->remove(directory_ + "/" + name));
    }
  }
  return environment_.disk->sync_directory(database());
}

}  // namespace feltbog::bridge
