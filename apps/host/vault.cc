// SPDX-License-Identifier: Apache-2.0
#include "apps/host/vault.h"

#include <array>

#include "apps/host/messages.h"
#include "core/crypto/passphrase_cost.h"
#include "core/store/destroy.h"

namespace feltbog::host {

Result<bool> Vault::exists() { return environment_.disk->exists(directory_.database()); }

Result<std::unique_ptr<store::FileHardwareKey>> Vault::hardware() {
  return store::FileHardwareKey::open_or_create(*environment_.disk, directory_.hardware_key(),
                                                *environment_.random);
}

Result<void> Vault::create(std::string_view passphrase) {
  FELTBOG_TRY(there, exists());
  if (there) return ErrorCode::already_exists;
  FELTBOG_CHECK(discard());
  FELTBOG_TRY(key, hardware());
  FELTBOG_TRY(slots, store::KeySlots::create(*environment_.disk, directory_.slots(), *key,
                                             *environment_.random, store::SlotKind::passphrase,
                                             passphrase, cost()));
  FELTBOG_TRY(master, slots.unlock(store::SlotKind::passphrase, passphrase,
                                   environment_.clock->wall_time()));
  FELTBOG_TRY(made, workspace::Workspace::create(environment_, directory_.database(), master));
  workspace_ = std::move(made);
  return {};
}

Result<Vault::Slots> Vault::slots() {
  FELTBOG_TRY(there, exists());
  if (!there) return Error{ErrorCode::not_found, "no database in the data directory"};
  FELTBOG_TRY(key, hardware());
  FELTBOG_TRY(opened, store::KeySlots::open(*environment_.disk, directory_.slots(), *key,
                                            *environment_.random));
  return Slots{std::move(key), std::move(opened)};
}

crypto::PassphraseCost Vault::cost() {
  crypto::PassphraseTarget target;
  target.milliseconds = unlock_milliseconds_;
  return crypto::calibrate_passphrase_cost(*environment_.clock, target);
}

Result<void> Vault::open(store::SlotKind kind, std::string_view secret) {
  if (workspace_ != nullptr) return {};
  FELTBOG_TRY(there, slots());
  FELTBOG_TRY(master, there.slots.unlock(kind, secret, environment_.clock->wall_time()));
  FELTBOG_TRY(opened, workspace::Workspace::open(environment_, directory_.database(), master));
  FELTBOG_TRY(due, opened->wipe_due());
  workspace_ = std::move(opened);
  if (!due) return {};
  FELTBOG_CHECK(wipe());
  return Error{ErrorCode::revoked, std::string(kWiped)};
}

Result<void> Vault::unlock(std::string_view passphrase) {
  return open(store::SlotKind::passphrase, passphrase);
}

Result<void> Vault::unlock_with_recovery(std::string_view code) {
  return open(store::SlotKind::recovery, code);
}

Result<void> Vault::change_passphrase(std::string_view old_passphrase,
                                      std::string_view new_passphrase) {
  FELTBOG_TRY(there, slots());
  return there.slots.change(store::SlotKind::passphrase, old_passphrase, new_passphrase,
                            environment_.clock->wall_time(), cost());
}

Result<void> Vault::reset_passphrase(std::string_view recovery_code,
                                     std::string_view new_passphrase) {
  FELTBOG_TRY(there, slots());
  FELTBOG_TRY(master, there.slots.unlock(store::SlotKind::recovery, recovery_code,
                                         environment_.clock->wall_time()));
  return there.slots.replace(master, store::SlotKind::passphrase, new_passphrase, cost());
}

Result<std::string> Vault::add_recovery(std::string_view passphrase) {
  FELTBOG_TRY(there, slots());
  FELTBOG_TRY(master, there.slots.unlock(store::SlotKind::passphrase, passphrase,
                                         environment_.clock->wall_time()));
  return there.slots.add_recovery(master);
}

Result<void> Vault::discard() {
  lock();
  FELTBOG_TRY(names, environment_.disk->list(directory_.path()));
  for (const std::string& name : names) {
    const std::string path = directory_.path() + "/" + name;
    if (path.starts_with(directory_.database()) || path.starts_with(directory_.slots() + ".")) {
      FELTBOG_CHECK(environment_.disk->remove(path));
    }
  }
  return environment_.disk->sync_directory(directory_.database());
}

Result<void> Vault::wipe() {
  constexpr std::array<std::string_view, 2> kKeys{"slots.", "hardware.key"};
  constexpr std::array<std::string_view, 3> kKept{"owner.lock", "owner.sock", "owner.token"};
  lock();
  return store::destroy_folder(*environment_.disk, directory_.path(), kKeys, kKept);
}

Result<store::TryState> Vault::tries() {
  FELTBOG_TRY(there, slots());
  return there.slots.tries(environment_.clock->wall_time());
}

}  // namespace feltbog::host
