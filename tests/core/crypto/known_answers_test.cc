// SPDX-License-Identifier: Apache-2.0
// Published answers, so that a changed or miscompiled library is noticed. Answers for hashes with a
// domain were computed by Python's hashlib, an implementation of its own.
#include <doctest/doctest.h>

#include "core/crypto/aead.h"
#include "core/crypto/box.h"
#include "core/crypto/hash.h"
#include "core/crypto/sign.h"

using namespace feltbog;
using namespace feltbog::crypto;

namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

Bytes counting(std::size_t size, unsigned first = 0) {
  Bytes out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(first + i));
  return out;
}

using Hash16 = FixedBytes<16, struct Hash16Tag>;
using Hash32 = FixedBytes<32, struct Hash32Tag>;
using Hash64 = FixedBytes<64, struct Hash64Tag>;

template <class Fixed>
std::string hashed(Domain domain, BytesView data) {
  return to_hex(hash<Fixed>(domain, data).view());
}

}  // namespace

TEST_CASE("BLAKE2b with a domain gives what another implementation gives") {
  CHECK(hashed<Hash32>("run.v1", {}) ==
        "c8c29e00e2ac6c94f52f82fa67541684d0638ebcf4f07377eb4c3b054e6b7133");
  CHECK(hashed<Hash32>("run.v1", as_bytes("abc")) ==
        "f4448234219e401f64427ed919351189812e372122b9afab2a51c65c52b7fb8b");
  CHECK(hashed<Hash16>("sixteen letters.", as_bytes("abc")) == "e30476d5daa74e535fc0971c78805eb1");
  CHECK(hashed<Hash64>("run.v1", counting(255)) ==
        "96f7ecd1aa452311ab4d9626d5864101084da6c570bf5d0d4bc9a8d87046aaad"
        "05c0f1abafa34e6d74a686c850335d4664a580816cf09dcd9e81465113a30801");
}

TEST_CASE("keyed BLAKE2b and the derivation of keys give what another implementation gives") {
  const Key key = Key::from(counting(32)).value();
  CHECK(to_hex(keyed_hash<Hash32>("mac.v1", key, as_bytes("abc")).view()) ==
        "d1125e34bc227a14bc2e0f4c3ffe8212beea969bd046f6a8370befbe4379a010");
  CHECK(to_hex(derive_key("page-key", key, counting(16)).view()) ==
        "74ed8a47d5b76b3abc633fecf4e12b2f28f18692818b496a7547491b055ace55");
}

TEST_CASE("XChaCha20-Poly1305 gives the answer of draft-irtf-cfrg-xchacha, appendix A.3") {
  const Key key = Key::from(counting(32, 0x80)).value();
  const Nonce nonce = Nonce::from(counting(24, 0x40)).value();
  const Bytes additional = hex("50515253c0c1c2c3c4c5c6c7");
  const std::string_view plain =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it.";
  const Bytes sealed = hex(
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda"
      "7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b23835"
      "65d3fff921f9664c97637da9768812f615c68b13b52e"
      "c0875924c1c7987947deafd8780acf49");
  CHECK(seal(key, nonce, additional, as_bytes(plain)) == sealed);
  const auto opened = open(key, nonce, additional, sealed);
  REQUIRE(opened.has_value());
  CHECK(as_text(opened.value()) == plain);
}

TEST_CASE("public signing keys are those of RFC 8032, section 7.1") {
  const auto of = [](std::string_view secret) {
    return to_hex(signing_public(SigningSecret::from(hex(secret)).value()).view());
  };
  CHECK(of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60") ==
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(of("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42") ==
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf");
}

TEST_CASE("a signature is that of RFC 8032, TEST SHA(abc), whose first 16 bytes are the domain") {
  const Domain first_bytes{"\xdd\xaf\x35\xa1\x93\x61\x7a\xba\xcc\x41\x73\x49\xae\x20\x41\x31"};
  const Bytes rest = hex(
      "12e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54c"
      "a49f");
  const Bytes expected = hex(
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431"
      "e0303dca179c138ac17ad9bef1177331a704");
  const auto secret =
      SigningSecret::from(hex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42"))
          .value();
  const Signature signature = sign(secret, first_bytes, rest);
  CHECK(to_hex(signature.view()) == to_hex(expected));
  CHECK(verify(signing_public(secret), first_bytes, rest, signature));
}

TEST_CASE("public agreement keys are those of RFC 7748, section 6.1") {
  const auto bob =
      AgreementSecret::from(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
          .value();
  CHECK(to_hex(agreement_public(bob).view()) ==
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
}

TEST_CASE(
    "agreement is on the shared point of RFC 7748, section 6.1, bound to domain and context") {
  const auto bob =
      AgreementSecret::from(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
          .value();
  const auto alice =
      AgreementPublic::from(hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"))
          .value();
  const auto shared =
      Key::from(hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")).value();
  const Bytes context = counting(5);
  const auto agreed = agree(bob, alice, "agreement.v1", context);
  REQUIRE(agreed.has_value());
  CHECK(to_hex(agreed->view()) == to_hex(derive_key("agreement.v1", shared, context).view()));
  CHECK(agree(bob, AgreementPublic{}, "agreement.v1", context).error().code ==
        ErrorCode::malformed);
}
