// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/identity.h"

#include "core/ledger/codec.h"
#include "core/ledger/domains.h"

namespace feltbog::ledger {
namespace {

constexpr std::uint64_t kIdentityVersion = 1;

// Not random at all: for asking whether a public key can be sealed to, where nothing is kept
// secret.
class ConstantBytes final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    std::fill(out.begin(), out.end(), std::uint8_t{0x42});
  }
};

}  // namespace

DeviceId device_id(const DevicePublic& publics) {
  const Bytes both = CborWriter().array(2).fixed(publics.signing).fixed(publics.agreement).take();
  return crypto::hash<DeviceId>(domains::kDeviceId, both);
}

bool can_receive_keys(const DevicePublic& publics) {
  ConstantBytes constant;
  return crypto::seal_to(publics.agreement, domains::kKeyWrap, {}, {}, constant).has_value();
}

DeviceIdentity DeviceIdentity::make(Random& random) {
  auto signing = crypto::SigningSecret::random(random);
  return from_secrets(std::move(signing), crypto::AgreementSecret::random(random));
}

DeviceIdentity DeviceIdentity::from_secrets(crypto::SigningSecret signing,
                                            crypto::AgreementSecret agreement) {
  const DevicePublic publics{crypto::signing_public(signing), crypto::agreement_public(agreement)};
  return DeviceIdentity{std::move(signing), std::move(agreement), publics, device_id(publics)};
}

DeviceIdentity DeviceIdentity::copy() const {
  return DeviceIdentity{signing.copy(), agreement.copy(), publics, id};
}

Bytes DeviceIdentity::encode() const {
  return CborWriter()
      .array(3)
      .uint(kIdentityVersion)
      .bytes(signing.view())
      .bytes(agreement.view())
      .take();
}

Result<DeviceIdentity> DeviceIdentity::decode(BytesView bytes) {
  CborReader reader(bytes);
  FELTBOG_CHECK(reader.array(3));
  FELTBOG_CHECK(read_version(reader, kIdentityVersion));
  FELTBOG_TRY(signing_bytes, reader.bytes());
  FELTBOG_TRY(signing, crypto::SigningSecret::from(signing_bytes));
  FELTBOG_TRY(agreement_bytes, reader.bytes());
  FELTBOG_TRY(agreement, crypto::AgreementSecret::from(agreement_bytes));
  FELTBOG_CHECK(reader.finish());
  return from_secrets(std::move(signing), std::move(agreement));
}

}  // namespace feltbog::ledger
