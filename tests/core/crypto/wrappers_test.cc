// SPDX-License-Identifier: Apache-2.0
// What the wrappers add to the library: domains, contexts, refusals.
#include <doctest/doctest.h>

#include "core/crypto/aead.h"
#include "core/crypto/box.h"
#include "core/crypto/passphrase.h"
#include "core/crypto/sign.h"
#include "core/crypto/system_random.h"

using namespace feltbog;
using namespace feltbog::crypto;

namespace {

Bytes flipped(BytesView bytes, std::size_t bit) {
  Bytes out = to_bytes(bytes);
  out[bit / 8] = static_cast<std::uint8_t>(out[bit / 8] ^ (1U << (bit % 8)));
  return out;
}

}  // namespace

TEST_CASE("sealed bytes open only with the same key, nonce and additional data") {
  SystemRandom random;
  const Key key = Key::random(random);
  const auto nonce = random.make<Nonce>();
  const Bytes sealed = seal(key, nonce, as_bytes("place"), as_bytes("a note"));
  CHECK(as_text(open(key, nonce, as_bytes("place"), sealed).value()) == "a note");
  CHECK_FALSE(open(key, nonce, as_bytes("elsewhere"), sealed).has_value());
  CHECK_FALSE(open(Key::random(random), nonce, as_bytes("place"), sealed).has_value());
  CHECK_FALSE(open(key, random.make<Nonce>(), as_bytes("place"), sealed).has_value());
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    CHECK_FALSE(open(key, nonce, as_bytes("place"), flipped(sealed, bit)).has_value());
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    const auto opened = open(key, nonce, as_bytes("place"), BytesView(sealed).first(size));
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code ==
          (size < Tag::kSize ? ErrorCode::truncated : ErrorCode::decryption_failed));
  }
}

TEST_CASE("a page sealed in place opens in place, and not when its tag is another") {
  SystemRandom random;
  const Key key = Key::random(random);
  const auto nonce = random.make<Nonce>();
  Bytes page(4048, 7);
  Tag tag;
  seal_detached(key, nonce, {}, page, page, tag);
  CHECK(page != Bytes(4048, 7));
  Bytes out(page.size());
  Tag other = tag;
  other.bytes[3] ^= 1;
  CHECK_FALSE(open_detached(key, nonce, {}, page, other, out));
  REQUIRE(open_detached(key, nonce, {}, page, tag, page));
  CHECK(page == Bytes(4048, 7));
}

TEST_CASE("a box opens only for its recipient, in its domain and context") {
  SystemRandom random;
  const auto recipient = AgreementSecret::random(random);
  const auto box = seal_to(agreement_public(recipient), "wrap.v1", as_bytes("space 1"),
                           as_bytes("a key"), random);
  REQUIRE(box.has_value());
  const auto failure = [&](const AgreementSecret& who, Domain domain, std::string_view context,
                           BytesView sealed) {
    const auto opened = open_from(who, domain, as_bytes(context), sealed);
    return opened ? ErrorCode::internal : opened.error().code;
  };
  CHECK(as_text(open_from(recipient, "wrap.v1", as_bytes("space 1"), *box).value()) == "a key");
  const auto stranger = AgreementSecret::random(random);
  CHECK(failure(stranger, "wrap.v1", "space 1", *box) == ErrorCode::decryption_failed);
  CHECK(failure(recipient, "wrap.v2", "space 1", *box) == ErrorCode::decryption_failed);
  CHECK(failure(recipient, "wrap.v1", "space 2", *box) == ErrorCode::decryption_failed);
  for (std::size_t size = 0; size < box->size(); ++size) {
    CHECK_FALSE(open_from(recipient, "wrap.v1", as_bytes("space 1"), BytesView(*box).first(size))
                    .has_value());
  }
  for (std::size_t bit = 0; bit < box->size() * 8; ++bit) {
    CAPTURE(bit);
    CHECK(failure(recipient, "wrap.v1", "space 1", flipped(*box, bit)) ==
          ErrorCode::decryption_failed);
  }
}

TEST_CASE("nothing is sealed to a public key of small order") {
  SystemRandom random;
  AgreementPublic one;
  one.bytes[0] = 1;
  for (const AgreementPublic& weak : {AgreementPublic{}, one}) {
    const auto box = seal_to(weak, "wrap.v1", {}, as_bytes("a key"), random);
    REQUIRE_FALSE(box.has_value());
    CHECK(box.error().code == ErrorCode::malformed);
  }
}

TEST_CASE("a signature holds for its key, domain and message only") {
  SystemRandom random;
  const auto secret = SigningSecret::random(random);
  const SigningPublic key = signing_public(secret);
  const Signature signature = sign(secret, "run.v1", as_bytes("message"));
  CHECK(signature == sign(secret, "run.v1", as_bytes("message")));
  CHECK(verify(key, "run.v1", as_bytes("message"), signature));
  CHECK_FALSE(verify(key, "run.v2", as_bytes("message"), signature));
  CHECK_FALSE(verify(key, "run.v1", as_bytes("messagf"), signature));
  CHECK_FALSE(verify(signing_public(SigningSecret::random(random)), "run.v1", as_bytes("message"),
                     signature));
  for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
    const auto changed = Signature::from(flipped(signature.view(), bit)).value();
    CHECK_FALSE(verify(key, "run.v1", as_bytes("message"), changed));
  }
}

TEST_CASE("a key of zeros signs nothing, whatever the signature") {
  CHECK_FALSE(verify(SigningPublic{}, "run.v1", as_bytes("message"), Signature{}));
}

TEST_CASE("a hash depends on its domain and its key") {
  using Hash = FixedBytes<32, struct HashTag>;
  SystemRandom random;
  const Key key = Key::random(random);
  CHECK(hash<Hash>("a", as_bytes("x")) != hash<Hash>("b", as_bytes("x")));
  CHECK(hash<Hash>("a", as_bytes("x")) != keyed_hash<Hash>("a", key, as_bytes("x")));
  CHECK_FALSE(derive_key("a", key) == derive_key("b", key));
  CHECK_FALSE(derive_key("a", key) == derive_key("a", key, as_bytes("x")));
  CHECK(derive_key("a", key) == derive_key("a", key));
}

TEST_CASE("a passphrase gives one key, and neither a cheap nor an endless derivation is done") {
  const Salt salt{};
  const auto code = [&](PassphraseCost cost) {
    return key_from_passphrase("correct horse", salt, cost).error().code;
  };
  const auto first = key_from_passphrase("correct horse", salt, kPassphraseCostFloor);
  REQUIRE(first.has_value());
  CHECK(*first == key_from_passphrase("correct horse", salt, kPassphraseCostFloor).value());
  CHECK_FALSE(*first == key_from_passphrase("correct hors", salt, kPassphraseCostFloor).value());
  CHECK(code({kPassphraseCostFloor.memory_kibibytes - 1, 3}) == ErrorCode::malformed);
  CHECK(code({65536, kPassphraseCostFloor.passes - 1}) == ErrorCode::malformed);
  CHECK(code({kPassphraseCostCeiling.memory_kibibytes + 1, 3}) == ErrorCode::malformed);
  CHECK(code({65536, kPassphraseCostCeiling.passes + 1}) == ErrorCode::malformed);
}

TEST_CASE("a secret of another length is refused, and a copy is equal to its source") {
  SystemRandom random;
  CHECK_FALSE(Key::from(Bytes(31)).has_value());
  CHECK_FALSE(Key::from(Bytes(33)).has_value());
  const Key key = Key::random(random);
  CHECK(key == key.copy());
  CHECK_FALSE(key == Key::random(random));
}
