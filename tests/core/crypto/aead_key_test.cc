// SPDX-License-Identifier: Apache-2.0
// Every provider of the cipher gives and takes the same bytes.
#include "core/crypto/aead_key.h"

#include <doctest/doctest.h>

#include "core/crypto/system_random.h"

using namespace feltbog;
using namespace feltbog::crypto;

namespace {

Bytes random_bytes(Random& random, std::size_t size) {
  Bytes out(size);
  random.fill(out);
  return out;
}

// Around the blocks of both parts of the cipher, a page, a frame, and more than any of them.
constexpr std::size_t kSizes[] = {0, 1, 15, 16, 17, 63, 64, 65, 255, 4048, 4056, 70000};
constexpr std::size_t kAdditionalSizes[] = {0, 1, 16, 28, 48, 300};
constexpr AeadProvider kProviders[] = {AeadProvider::sodium, AeadProvider::openssl};

}  // namespace

TEST_CASE("every provider seals to the bytes of libsodium, whatever the lengths") {
  SystemRandom random;
  const Key key = Key::random(random);
  for (const AeadProvider provider : kProviders) {
    const AeadKey ready(key.copy(), provider);
    for (const std::size_t size : kSizes) {
      for (const std::size_t additional_size : kAdditionalSizes) {
        const Bytes plain = random_bytes(random, size);
        const Bytes additional = random_bytes(random, additional_size);
        const auto nonce = random.make<Nonce>();
        Bytes expected(size);
        Tag expected_tag;
        seal_detached(key, nonce, additional, plain, expected, expected_tag);
        Bytes sealed(size);
        Tag tag;
        ready.seal(nonce, additional, plain, sealed, tag);
        CHECK(sealed == expected);
        CHECK(tag == expected_tag);
        REQUIRE(ready.open(nonce, additional, sealed, tag, sealed));
        CHECK(sealed == plain);
      }
    }
  }
}

TEST_CASE("the draft's known answer holds for every provider") {
  // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
  const Bytes key_bytes =
      from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f").value();
  const auto nonce =
      Nonce::from(from_hex("404142434445464748494a4b4c4d4e4f5051525354555657").value()).value();
  const Bytes additional = from_hex("50515253c0c1c2c3c4c5c6c7").value();
  const std::string_view plain =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it.";
  for (const AeadProvider provider : kProviders) {
    const AeadKey key(Key::from(key_bytes).value(), provider);
    Bytes sealed(plain.size());
    Tag tag;
    key.seal(nonce, additional, as_bytes(plain), sealed, tag);
    CHECK(to_hex(BytesView(sealed).first(16)) == "bd6d179d3e83d43b9576579493c0e939");
    CHECK(to_hex(tag.view()) == "c0875924c1c7987947deafd8780acf49");
  }
}

TEST_CASE("no provider opens what was changed in one bit") {
  SystemRandom random;
  const Key key = Key::random(random);
  const Bytes plain = random_bytes(random, 80);
  const Bytes additional = random_bytes(random, 20);
  const auto nonce = random.make<Nonce>();
  Bytes sealed(plain.size());
  Tag tag;
  seal_detached(key, nonce, additional, plain, sealed, tag);
  const auto flip = [](std::span<std::uint8_t> bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
  };
  for (const AeadProvider provider : kProviders) {
    const AeadKey ready(key.copy(), provider);
    Bytes out(plain.size());
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
      Bytes changed = sealed;
      flip(changed, bit);
      CHECK_FALSE(ready.open(nonce, additional, changed, tag, out));
    }
    for (std::size_t bit = 0; bit < additional.size() * 8; ++bit) {
      Bytes changed = additional;
      flip(changed, bit);
      CHECK_FALSE(ready.open(nonce, changed, sealed, tag, out));
    }
    for (std::size_t bit = 0; bit < Tag::kSize * 8; ++bit) {
      Tag changed = tag;
      flip(changed.bytes, bit);
      CHECK_FALSE(ready.open(nonce, additional, sealed, changed, out));
    }
    for (std::size_t bit = 0; bit < Nonce::kSize * 8; ++bit) {
      Nonce changed = nonce;
      flip(changed.bytes, bit);
      CHECK_FALSE(ready.open(changed, additional, sealed, tag, out));
    }
    // A refusal leaves nothing behind that spoils the next one.
    CHECK(ready.open(nonce, additional, sealed, tag, out));
    CHECK(out == plain);
  }
}

TEST_CASE("a provider that is not built in is replaced by libsodium") {
  SystemRandom random;
  for (const AeadProvider provider : kProviders) {
    const AeadKey key(Key::random(random), provider);
    CHECK(key.provider() == (is_built_in(provider) ? provider : AeadProvider::sodium));
  }
  CHECK(is_built_in(AeadProvider::sodium));
  CHECK(is_built_in(fastest_aead_provider()));
}
