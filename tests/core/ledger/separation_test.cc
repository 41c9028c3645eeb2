// SPDX-License-Identifier: Apache-2.0
// Nothing made for one purpose is good for another.
#include <doctest/doctest.h>

#include "core/ledger/domains.h"
#include "core/ledger/receipt.h"
#include "core/ledger/session_proof.h"
#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

TEST_CASE("no two domains are equal, and a signature in one is none in any other") {
  SeededRandom random(1);
  const auto secret = crypto::SigningSecret::random(random);
  const auto key = crypto::signing_public(secret);
  const Bytes message{1, 2, 3};
  std::set<std::array<std::uint8_t, 16>> seen;
  for (const crypto::Domain signer : domains::kAll) {
    CHECK(seen.insert(signer.bytes()).second);
    const auto signature = crypto::sign(secret, signer, message);
    for (const crypto::Domain verifier : domains::kAll) {
      CHECK(crypto::verify(key, verifier, message, signature) ==
            (signer.bytes() == verifier.bytes()));
    }
  }
}

TEST_CASE("every signed type is refused by every verifier but its own") {
  // One key plays every part, so that nothing but type and domain keeps them apart.
  Office office;
  Phone& founder = office.founder();
  office.append(founder, ServerKeySet{founder.identity.publics.signing});
  Room room(office, founder, {});
  Chain chain{room, founder, 1, {}};
  const auto& secret = founder.identity.signing;

  const Record organisation_record =
      make_record(office.state, founder.identity,
                  UserAdd{office.random.make<UserId>(), {Role::worker}})
          .value();
  const Record space_record = rotate_epoch(room.state, office.state, room.ring(founder), {},
                                           founder.identity, office.random)
                                  .value()
                                  .step.record;
  Receipt receipt;
  receipt.organisation = office.state.id();
  receipt.space = room.state.id();
  receipt.entries = {{office.random.make<RunHash>(), 1}};
  receipt.sign(secret);
  ChunkReceipt chunks;
  chunks.organisation = office.state.id();
  chunks.space = room.state.id();
  chunks.chunks = {office.random.make<ChunkHash>()};
  chunks.sign(secret);
  SpaceHead head;
  head.organisation = office.state.id();
  head.space = room.state.id();
  head.sign(secret);

  const std::vector<std::pair<std::string, Bytes>> made{
      {"organisation record", organisation_record.encode()},
      {"space record", space_record.encode()},
      {"run", chain.seal(1, as_bytes("x")).value().encode()},
      {"receipt", receipt.encode()},
      {"chunk receipt", chunks.encode()},
      {"space head", head.encode()}};
  const std::vector<std::pair<std::string, std::function<bool(BytesView)>>> verifiers{
      {"organisation record",
       [&](BytesView bytes) {
         const auto record = Record::decode(bytes);
         OrganisationState trial = office.state;
         return record && trial.apply(*record);
       }},
      {"space record",
       [&](BytesView bytes) {
         const auto record = Record::decode(bytes);
         SpaceState trial = room.state;
         return record && trial.apply(*record, office.state);
       }},
      {"run",
       [&](BytesView bytes) {
         return verify_run(bytes, office.state, room.state, {}).has_value();
       }},
      {"receipt", [&](BytesView bytes) { return verify_receipt(bytes, office.state).has_value(); }},
      {"chunk receipt",
       [&](BytesView bytes) { return verify_chunk_receipt(bytes, office.state).has_value(); }},
      {"space head",
       [&](BytesView bytes) { return verify_space_head(bytes, office.state).has_value(); }}};
  for (const auto& [name, bytes] : made) {
    for (const auto& [verifier, takes] : verifiers) {
      const bool should_take = name == verifier;
      CHECK(takes(bytes) == should_take);
    }
  }
}

TEST_CASE("a proof of one party is none of another, nor of the server") {
  Office office;
  const auto& device = office.founder().identity;
  SessionTranscript transcript;
  transcript.server_key = device.publics.signing;
  for (const auto made : {SessionParty::device, SessionParty::invite, SessionParty::founding}) {
    transcript.party = made;
    const auto proof = prove_client(transcript, device.signing);
    CHECK_FALSE(check_server(transcript, proof).has_value());
    for (const auto read : {SessionParty::device, SessionParty::invite, SessionParty::founding}) {
      transcript.party = read;
      CHECK(check_client(transcript, device.publics.signing, proof).has_value() == (made == read));
    }
  }
}

TEST_CASE("hashes of different things differ even over the same bytes") {
  std::set<std::array<std::uint8_t, 32>> seen;
  using Hash = FixedBytes<32, struct HashTag>;
  for (const crypto::Domain domain : domains::kAll) {
    CHECK(seen.insert(crypto::hash<Hash>(domain, as_bytes("the same")).bytes).second);
  }
}
