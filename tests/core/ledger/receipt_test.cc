// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/receipt.h"

#include <doctest/doctest.h>

#include "core/ledger/session_proof.h"
#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

template <class Statement>
Statement from(Office& office) {
  Statement out;
  out.organisation = office.state.id();
  out.incarnation = office.random.make<ServerIncarnation>();
  out.space = office.random.make<SpaceId>();
  out.server_time = WallTime{1800000000000};
  return out;
}

Receipt receipt_of(Office& office) {
  auto out = from<Receipt>(office);
  for (std::uint64_t i = 1; i <= 3; ++i) out.entries.push_back({office.random.make<RunHash>(), i});
  out.sign(office.server);
  return out;
}

ChunkReceipt chunks_of(Office& office) {
  auto out = from<ChunkReceipt>(office);
  out.chunks = {office.random.make<ChunkHash>(), office.random.make<ChunkHash>()};
  out.sign(office.server);
  return out;
}

SpaceHead head_of(Office& office) {
  auto out = from<SpaceHead>(office);
  out.position = 7;
  out.order = office.random.make<PositionHash>();
  out.log = {2, office.random.make<RecordHash>()};
  out.sign(office.server);
  return out;
}

template <class Statement>
void check_statement(Office& office, const Statement& statement,
                     Result<Statement> (*verify)(BytesView, const OrganisationState&)) {
  const Bytes encoded = statement.encode();
  const auto read = verify(encoded, office.state);
  REQUIRE(read.has_value());
  CHECK(*read == statement);
  check_strict(encoded, [](BytesView bytes) -> Result<Bytes> {
    FELTBOG_TRY(decoded, Statement::decode(bytes));
    return decoded.encode();
  });
  std::size_t taken = 0;
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    if (verify(flip(encoded, bit), office.state)) ++taken;
  }
  CHECK(taken == 0);

  Statement forged = statement;
  forged.sign(office.founder().identity.signing);  // an administrator is not the server
  CHECK(code_of(verify(forged.encode(), office.state)) == ErrorCode::bad_signature);
  forged = statement;
  forged.organisation = office.random.make<OrganisationId>();
  forged.sign(office.server);
  CHECK(code_of(verify(forged.encode(), office.state)) == ErrorCode::malformed);
  CHECK(code_of(verify(encoded, OrganisationState())) == ErrorCode::missing_dependency);
}

}  // namespace

TEST_CASE("receipts and heads hold only as the server of this organisation signed them") {
  Office office;
  check_statement<Receipt>(office, receipt_of(office), verify_receipt);
  check_statement<ChunkReceipt>(office, chunks_of(office), verify_chunk_receipt);
  check_statement<SpaceHead>(office, head_of(office), verify_space_head);
}

TEST_CASE("after the server's key was changed in the log, the old one signs nothing") {
  Office office;
  const Receipt receipt = receipt_of(office);
  office.append(office.founder(), ServerKeySet{office.random.make<crypto::SigningPublic>()});
  CHECK(code_of(verify_receipt(receipt.encode(), office.state)) == ErrorCode::bad_signature);
}

TEST_CASE("a receipt names at least one run, at a real position, and not too many") {
  Office office;
  Receipt receipt = receipt_of(office);
  receipt.entries.front().position = 0;
  CHECK(code_of(Receipt::decode(receipt.encode())) == ErrorCode::malformed);
  receipt.entries.clear();
  CHECK(code_of(Receipt::decode(receipt.encode())) == ErrorCode::malformed);
  receipt.entries.resize(kReceiptEntriesMax + 1, {RunHash{}, 1});
  CHECK(code_of(Receipt::decode(receipt.encode())) == ErrorCode::limit_exceeded);
  SpaceHead head = head_of(office);
  head.position = 0;
  CHECK(code_of(SpaceHead::decode(head.encode())) == ErrorCode::malformed);
}

TEST_CASE("the order of a space depends on every run and position before") {
  SeededRandom random(8);
  const auto a = random.make<RunHash>();
  const auto b = random.make<RunHash>();
  const PositionHash one = extend_order({}, 1, a);
  CHECK(extend_order(one, 2, b) != extend_order(one, 3, b));
  CHECK(extend_order(one, 2, b) != extend_order(extend_order({}, 1, b), 2, a));
  CHECK(extend_order(one, 2, b) == extend_order(one, 2, b));
}

TEST_CASE("a session proof holds for its party, key and every field of its transcript") {
  Office office;
  SessionTranscript good;
  good.organisation = office.state.id();
  good.subject = SessionTranscript::subject_of(office.founder().id());
  good.server_key = office.state.server_key();
  good.client_nonce = office.random.make<SessionNonce>();
  good.server_nonce = office.random.make<SessionNonce>();
  good.binding = office.random.make<ChannelBinding>();
  const auto& device = office.founder().identity;
  const auto client = prove_client(good, device.signing);
  const auto server = prove_server(good, office.server);
  CHECK(check_client(good, device.publics.signing, client).has_value());
  CHECK(check_server(good, server).has_value());

  const auto refused = [&](const std::function<void(SessionTranscript&)>& change) {
    SessionTranscript bad = good;
    change(bad);
    CHECK(code_of(check_client(bad, device.publics.signing, client)) ==
          ErrorCode::authentication_failed);
    CHECK(code_of(check_server(bad, server)) == ErrorCode::wrong_server);
  };
  refused([](auto& bad) { bad.organisation.bytes[0] ^= 1; });
  refused([](auto& bad) { bad.party = SessionParty::invite; });
  refused([](auto& bad) { bad.party = SessionParty::founding; });
  refused([](auto& bad) { bad.subject.bytes[0] ^= 1; });
  refused([](auto& bad) { bad.server_key.bytes[0] ^= 1; });
  refused([](auto& bad) { bad.client_nonce.bytes[0] ^= 1; });
  refused([](auto& bad) { bad.server_nonce.bytes[0] ^= 1; });
  refused([](auto& bad) { std::swap(bad.client_nonce, bad.server_nonce); });
  refused([](auto& bad) { bad.binding->bytes[0] ^= 1; });  // relayed over another channel
  refused([](auto& bad) { bad.binding.reset(); });
  CHECK_FALSE(check_client(good, office.state.server_key(), client).has_value());
  CHECK_FALSE(check_client(good, office.state.server_key(), server).has_value());  // reflected
  CHECK_FALSE(check_server(good, client).has_value());
}
