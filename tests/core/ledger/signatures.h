// SPDX-License-Identifier: Apache-2.0
// One of everything that is signed, all by one key, so that nothing but type and domain keeps them
// apart.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/ledger/domains.h"
#include "core/ledger/receipt.h"
#include "core/ledger/session_proof.h"
#include "tests/core/ledger/fixture.h"

namespace feltbog::ledger::test {

struct SignedKind {
  std::string name;
  crypto::Domain domain;
  Bytes message;  // what the signature covers, behind the domain
  crypto::Signature signature;
  // What the product says of this very statement under another signature.
  std::function<bool(const crypto::Signature&)> accepts;
  // Where it travels by itself: its bytes, and whether the product takes bytes as one of these.
  Bytes encoded = {};
  std::function<bool(BytesView)> takes = {};
};

class Signatures {
 public:
  Signatures();
  Signatures(const Signatures&) = delete;
  Signatures& operator=(const Signatures&) = delete;
  const std::vector<SignedKind>& kinds() const { return kinds_; }
  const crypto::SigningPublic& key() const { return founder_.identity.publics.signing; }

 private:
  void add_records();
  void add_device_addition();
  void add_recovery_use();
  void add_founding();
  void add_run();
  template <class Statement>
  void add_statement(const char* name, crypto::Domain domain, Statement statement,
                     Result<Statement> (*verify)(BytesView, const OrganisationState&));
  void add_statements();
  void add_proofs();

  Office office_;
  Phone& founder_ = office_.founder();
  Room room_{office_, founder_, {}};
  std::vector<SignedKind> kinds_;
};

}  // namespace feltbog::ledger::test
