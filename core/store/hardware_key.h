// SPDX-License-Identifier: Apache-2.0
// What the host's secure hardware does for key slots: entangle a guess with a key that never leaves
// it.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/disk.h"
#include "core/base/random.h"
#include "core/crypto/secret.h"

namespace feltbog::store {

// Names the hardware key a slot was made with.
using HardwareKeyId = FixedBytes<16, struct HardwareKeyIdTag>;

class HardwareKey {
 public:
  virtual ~HardwareKey() = default;
  virtual const HardwareKeyId& id() const = 0;
  // True only where the key cannot be copied off the device (Keystore, Secure Enclave, TPM). PINs
  // are allowed with such a key only.
  virtual bool is_device_bound() const = 0;
  // A keyed function of `input` (HMAC-SHA-256 or as strong): 32 bytes nobody can compute without
  // the key. Errors: missing_key (the hardware no longer has it), io_error.
  virtual Result<crypto::Key> mix(BytesView input) = 0;
};

// 32 random bytes in a file, for servers, desks without hardware, and tests.
//
// What it protects: a copy of the slot files without this file opens nothing. What it does not:
// whoever can read the disk reads this file too, so guesses run on their own machines as fast as
// Argon2id allows. With it, only the strength of the passphrase counts; PINs are refused.
class FileHardwareKey final : public HardwareKey {
 public:
  // Reads the key file, or makes it. Errors: corrupt, disk_full, io_error.
  static Result<std::unique_ptr<FileHardwareKey>> open_or_create(Disk& disk, std::string_view path,
                                                                 Random& random);
  const HardwareKeyId& id() const override { return id_; }
  bool is_device_bound() const override { return false; }
  Result<crypto::Key> mix(BytesView input) override;

 private:
  explicit FileHardwareKey(crypto::Key key);
  crypto::Key key_;
  HardwareKeyId id_;
};

}  // namespace feltbog::store
