// SPDX-License-Identifier: Apache-2.0
// Nothing made for one purpose is good for another.
#include <doctest/doctest.h>

#include "core/ledger/domains.h"
#include "tests/core/ledger/domain_list.h"
#include "tests/core/ledger/signatures.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

TEST_CASE("a signature in one domain is none in any other") {
  SeededRandom random(1);
  const auto secret = crypto::SigningSecret::random(random);
  const auto key = crypto::signing_public(secret);
  const Bytes message{1, 2, 3};
  for (const crypto::Domain signer : domains::kAll) {
    const auto signature = crypto::sign(secret, signer, message);
    for (const crypto::Domain verifier : domains::kAll) {
      CHECK(crypto::verify(key, verifier, message, signature) ==
            (signer.bytes() == verifier.bytes()));
    }
  }
}

TEST_CASE("everything that is signed is signed in a domain of its own") {
  Signatures all;
  for (const SignedKind& kind : all.kinds()) {
    CAPTURE(kind.name);
    for (const crypto::Domain domain : domains::kAll) {
      CHECK(crypto::verify(all.key(), domain, kind.message, kind.signature) ==
            (domain.bytes() == kind.domain.bytes()));
    }
  }
}

TEST_CASE("every verifier takes the signature of its own kind, and none of any other") {
  Signatures all;
  for (const SignedKind& made : all.kinds()) {
    for (const SignedKind& verifier : all.kinds()) {
      CAPTURE(made.name);
      CAPTURE(verifier.name);
      CHECK(verifier.accepts(made.signature) == (made.name == verifier.name));
    }
  }
}

TEST_CASE("every domain of signatures has its row in these tests") {
  std::set<std::array<std::uint8_t, 16>> rows;
  Signatures all;
  for (const SignedKind& kind : all.kinds()) CHECK(rows.insert(kind.domain.bytes()).second);
  std::set<std::array<std::uint8_t, 16>> declared;
  for (const ListedDomain& domain : listed_domains()) {
    if (domain.section == "Signatures") declared.insert(domain.bytes);
  }
  CHECK(rows == declared);
}

TEST_CASE("the bytes of every signed type are refused by every reader but its own") {
  Signatures all;
  for (const SignedKind& made : all.kinds()) {
    if (!made.takes) continue;
    for (const SignedKind& reader : all.kinds()) {
      if (!reader.takes) continue;
      CAPTURE(made.name);
      CAPTURE(reader.name);
      CHECK(reader.takes(made.encoded) == (made.name == reader.name));
    }
  }
}
