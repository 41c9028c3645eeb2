// SPDX-License-Identifier: Apache-2.0
// A device's own keys: one to sign with, one to receive keys by, made independently of each other.
// Who the device belongs to is said by the organisation's log (organisation.h), never here.
#pragma once

#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/crypto/box.h"
#include "core/crypto/sign.h"

namespace feltbog::ledger {

struct DevicePublic {
  crypto::SigningPublic signing;
  crypto::AgreementPublic agreement;
  friend auto operator<=>(const DevicePublic&, const DevicePublic&) = default;
};

// The hash of both public keys: neither can be exchanged under an id that is known.
DeviceId device_id(const DevicePublic& publics);
// False for an agreement key of small order, to which nothing can be sealed. A device with one
// would keep everybody else from rotating keys, so no log admits it.
bool can_receive_keys(const DevicePublic& publics);

// Moved, not copied: the secrets live in one place. copy() is explicit.
struct DeviceIdentity {
  crypto::SigningSecret signing;
  crypto::AgreementSecret agreement;
  DevicePublic publics;
  DeviceId id;

  static DeviceIdentity make(Random& random);
  static DeviceIdentity from_secrets(crypto::SigningSecret signing,
                                     crypto::AgreementSecret agreement);
  DeviceIdentity copy() const;

  // Both secrets, for the encrypted database only. The caller wipes the bytes (crypto::wipe).
  Bytes encode() const;
  // Errors: malformed, truncated, unsupported_version.
  static Result<DeviceIdentity> decode(BytesView bytes);
};

}  // namespace feltbog::ledger
