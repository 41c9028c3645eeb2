// SPDX-License-Identifier: Apache-2.0
// Each case breaks one rule of sealed runs and nothing else.
#include "core/ledger/run.h"

#include <doctest/doctest.h>

#include "core/base/compress.h"
#include "core/ledger/domains.h"
#include "core/ledger/run_rules.h"
#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

struct Writing : Office {
  Phone& worker = add_person({Role::worker});
  Phone& colleague = add_person({Role::worker});
  Phone& reader = add_person({Role::worker});
  Phone& outsider = add_person({Role::worker});
  Room room{*this, worker, {{colleague.user, SpaceRole::writer}, {reader.user, SpaceRole::reader}}};
  Chain chain{room, worker, 1, {}};

  Result<RunHeader> check(const SealedRun& run) { return check(run, chain.tip); }
  Result<RunHeader> check(const SealedRun& run, const WriterTip& tip) {
    return verify_run(run, state, room.state, tip);
  }
  ErrorCode says(const SealedRun& run) { return code_of(check(run)); }
  // Signs a header that was changed, as a dishonest author would.
  static SealedRun resign(SealedRun run, const Phone& signer) {
    run.signature = crypto::sign(signer.identity.signing, domains::kRun, run.header.encode());
    return run;
  }
  // A run whose encryption is right but whose plaintext is the author's choice.
  SealedRun with_plaintext(BytesView plain) {
    SealedRun run = chain.seal(1, as_bytes("x")).value();
    const auto nonce = random.make<crypto::Nonce>();
    const crypto::Key key = crypto::derive_key(
        domains::kRunKey, *room.ring(worker).find(run.header.epoch), room.state.id().view());
    run.header.body_bytes = static_cast<std::uint32_t>(plain.size() + kRunOverheadBytes);
    Bytes body = to_bytes(nonce.view());
    feltbog::append(body, crypto::seal(key, nonce, additional_data(run.header), plain));
    run.header.body = body_hash(body);
    run.body = std::move(body);
    return resign(std::move(run), worker);
  }
};

}  // namespace

TEST_CASE("what one member seals another verifies and opens") {
  Writing office;
  const SealedRun first = office.chain.write(2, "two changes");
  const SealedRun second = office.chain.write(1, "");
  CHECK(second.header.previous == first.header.hash());
  CHECK(second.header.first_counter == 3);
  for (const Phone* phone : {&office.worker, &office.colleague, &office.reader}) {
    CHECK(as_text(open_run(first, office.room.ring(*phone)).value()) == "two changes");
    CHECK(open_run(second, office.room.ring(*phone)).value().empty());
  }
  CHECK(code_of(open_run(first, office.room.ring(office.outsider))) == ErrorCode::missing_key);
}

TEST_CASE("any flipped bit of a stored run is refused") {
  Writing office;
  const SealedRun run = office.chain.seal(3, as_bytes("three changes")).value();
  const Bytes encoded = run.encode();
  REQUIRE(verify_run(encoded, office.state, office.room.state, {}).has_value());
  std::size_t taken = 0;
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    if (verify_run(flip(encoded, bit), office.state, office.room.state, {})) ++taken;
  }
  CHECK(taken == 0);
  const auto recode = [](BytesView bytes) -> Result<Bytes> {
    FELTBOG_TRY(read, SealedRun::decode(bytes));
    return read.encode();
  };
  check_strict(encoded, recode);
  SealedRun erased = run;
  erased.body.reset();
  check_strict(erased.encode(), recode);
}

TEST_CASE("a run follows its writer's tip or is refused") {
  Writing office;
  const SealedRun first = office.chain.write();
  const WriterTip after_first = office.chain.tip;
  const SealedRun second = office.chain.write();
  const SealedRun third = office.chain.seal(1, as_bytes("z")).value();
  CHECK(code_of(office.check(third, after_first)) == ErrorCode::broken_chain);  // a gap
  CHECK(office.says(first) == ErrorCode::broken_chain);                         // an old one again
  CHECK(office.says(second) == ErrorCode::already_exists);
  WriterTip other = after_first;
  other.hash = office.random.make<RunHash>();
  CHECK(code_of(office.check(second, other)) == ErrorCode::broken_chain);
  Chain twin{office.room, office.worker, 1, after_first};
  CHECK(office.says(twin.seal(1, as_bytes("equivocation")).value()) == ErrorCode::fork_detected);
}

TEST_CASE("change counters follow each other over runs") {
  Writing office;
  office.chain.write(5);
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  for (const std::uint64_t counter : {std::uint64_t{5}, std::uint64_t{7}}) {
    run.header.first_counter = counter;
    CHECK(office.says(Writing::resign(run, office.worker)) == ErrorCode::broken_chain);
  }
}

TEST_CASE("a run cites no less than the run before it") {
  Writing office;
  const SealedRun old = office.chain.seal(1, as_bytes("x")).value();
  office.room.rotate(office.worker);
  office.add_user({Role::worker});
  WriterTip tip;
  tip.space_sequence = office.room.state.head().sequence;
  CHECK(code_of(office.check(old, tip)) == ErrorCode::not_authorised);
  tip = {};
  tip.organisation_sequence = office.state.head().sequence;
  CHECK(code_of(office.check(old, tip)) == ErrorCode::not_authorised);
  CHECK(office.check(old, {}).has_value());
}

TEST_CASE("a run moved to another space is refused there") {
  Writing office;
  Room other(office, office.worker, {{office.colleague.user, SpaceRole::writer}});
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  CHECK(code_of(verify_run(run, office.state, other.state, {})) == ErrorCode::malformed);
  // Re-signed for the other space by the author himself, its ciphertext still belongs to the first.
  run.header.space = other.state.id();
  run.header.space_head = other.state.head();
  run.header.key = other.state.epoch().key;
  run = Writing::resign(run, office.worker);
  CHECK(verify_run(run, office.state, other.state, {}).has_value());
  CHECK(code_of(open_run(run, other.ring(office.worker))) == ErrorCode::decryption_failed);
}

TEST_CASE("a run stripped and signed anew by another member does not open") {
  Writing office;
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  SealedRun stolen = run;
  stolen.header.device = office.colleague.id();
  CHECK(office.says(stolen) == ErrorCode::bad_signature);
  stolen = Writing::resign(stolen, office.colleague);
  CHECK(office.check(stolen, {}).has_value());
  CHECK(code_of(open_run(stolen, office.room.ring(office.worker))) == ErrorCode::decryption_failed);
  CHECK(office.says(Writing::resign(run, office.colleague)) == ErrorCode::bad_signature);
}

TEST_CASE("the ciphertext is bound to sequence, epoch, incarnation, retention and counters") {
  Writing office;
  const SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  const auto opens = [&](const std::function<void(RunHeader&)>& change) {
    SealedRun changed = run;
    change(changed.header);
    return code_of(open_run(changed, office.room.ring(office.worker)));
  };
  constexpr auto kRefused = ErrorCode::decryption_failed;
  CHECK(opens([](RunHeader& header) { header.sequence = 2; }) == kRefused);
  CHECK(opens([](RunHeader& header) { header.incarnation = 2; }) == kRefused);
  CHECK(opens([](RunHeader& header) { header.retention = 1; }) == kRefused);
  CHECK(opens([](RunHeader& header) { header.first_counter = 2; }) == kRefused);
  CHECK(opens([](RunHeader& header) { header.change_count = 2; }) == kRefused);
  CHECK(opens([](RunHeader& header) { header.previous.bytes[0] = 1; }) == kRefused);
  CHECK(opens([](RunHeader& header) { header.space_head.sequence = 2; }) == kRefused);
  CHECK(opens([](RunHeader& header) { header.witness = OrderWitness{{}, 1, {}}; }) == kRefused);
  CHECK(opens([](RunHeader& header) { header.epoch = 2; }) == ErrorCode::missing_key);
  CHECK(opens([](RunHeader& header) { header.key.bytes[0] ^= 1; }) == ErrorCode::missing_key);
}

TEST_CASE("what a run says of the server's order is signed with it, and no condition for it") {
  Writing office;
  office.chain.witness = {office.random.make<ServerIncarnation>(), 12,
                          office.random.make<PositionHash>()};
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  CHECK(office.check(run).has_value());
  CHECK(SealedRun::decode(run.encode()).value() == run);
  CHECK(stored_run_hash(run.encode()).value() == run.header.hash());
  CHECK(check_run_signature(run, office.state).has_value());
  run.header.witness->position = 13;
  CHECK(office.says(run) == ErrorCode::bad_signature);
  CHECK(code_of(check_run_signature(run, office.state)) == ErrorCode::bad_signature);
  run.header.witness->position = 0;
  CHECK(code_of(SealedRun::decode(run.encode())) == ErrorCode::malformed);
}

TEST_CASE("a device has so few incarnations that none is worth grinding for") {
  Writing office;
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  run.header.incarnation = kIncarnationMax;
  CHECK(SealedRun::decode(run.encode()).has_value());
  run.header.incarnation = kIncarnationMax + 1;
  CHECK_FALSE(SealedRun::decode(run.encode()).has_value());
}

TEST_CASE("only active devices of writing members write") {
  Writing office;
  Chain reading{office.room, office.reader, 1, {}};
  CHECK(code_of(reading.seal(1, as_bytes("x"))) == ErrorCode::not_authorised);
  Chain outside{office.room, office.outsider, 1, {}};
  CHECK(code_of(outside.seal(1, as_bytes("x"))) == ErrorCode::not_authorised);
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  for (const Phone* author : {&office.reader, &office.outsider}) {
    SealedRun forged = run;
    forged.header.device = author->id();
    CHECK(office.says(Writing::resign(forged, *author)) == ErrorCode::not_authorised);
  }
  run.header.device = office.random.make<DeviceId>();
  CHECK(office.says(Writing::resign(run, office.worker)) == ErrorCode::not_authorised);
}

TEST_CASE("a member's device without the key neither seals nor is believed") {
  Writing office;
  Phone& tablet = office.enrol(office.worker.user);
  Chain chain{office.room, tablet, 1, {}};
  CHECK(code_of(chain.seal(1, as_bytes("x"))) == ErrorCode::missing_key);
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  run.header.device = tablet.id();
  CHECK(office.says(Writing::resign(run, tablet)) == ErrorCode::not_authorised);
  office.room.join(office.worker, {tablet.id()});
  chain.write();
}

TEST_CASE("heads that are not here yet are waited for, heads of another history refused") {
  Writing office;
  const OrganisationState old_organisation = office.state;
  const SpaceState old_space = office.room.state;
  office.add_user({Role::worker});
  office.room.rotate(office.worker);
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  CHECK(code_of(verify_run(run, old_organisation, office.room.state, {})) ==
        ErrorCode::missing_dependency);
  CHECK(code_of(verify_run(run, office.state, old_space, {})) == ErrorCode::missing_dependency);
  SealedRun forked = run;
  forked.header.space_head.hash = office.random.make<RecordHash>();
  CHECK(office.says(Writing::resign(forked, office.worker)) == ErrorCode::fork_detected);
  forked = run;
  forked.header.organisation_head.hash = office.random.make<RecordHash>();
  CHECK(office.says(Writing::resign(forked, office.worker)) == ErrorCode::fork_detected);
  forked = run;  // an organisation older than the one its space head rests on
  forked.header.organisation_head = {old_organisation.head()};
  CHECK(office.says(Writing::resign(forked, office.worker)) == ErrorCode::not_authorised);
}

TEST_CASE("a run is sealed under the epoch in force at the head it cites") {
  Writing office;
  const Epoch first = office.room.state.epoch();
  SealedRun late = office.chain.seal(1, as_bytes("x")).value();
  office.room.rotate(office.worker);
  CHECK(office.check(late).has_value());  // written before the rotation was seen
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  CHECK(run.header.epoch == 2);
  run.header.epoch = 1;
  run.header.key = first.key;
  CHECK(office.says(Writing::resign(run, office.worker)) == ErrorCode::not_authorised);
  run.header.epoch = 2;
  CHECK(office.says(Writing::resign(run, office.worker)) == ErrorCode::not_authorised);
}

TEST_CASE("nothing is sealed under a key that a barred device holds") {
  Writing office;
  office.append(office.founder(), DeviceRevoke{office.colleague.id(), {}});
  CHECK(code_of(office.chain.seal(1, as_bytes("x"))) == ErrorCode::wrong_state);
  // Nor is it believed of one who knew of the revocation and sealed all the same.
  office.room.rotate(office.worker);
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  run.header.space_head = {1, *office.room.state.hash_at(1)};
  run.header.epoch = 1;
  run.header.key = office.room.state.epochs().front().key;
  CHECK(office.says(Writing::resign(run, office.worker)) == ErrorCode::not_authorised);
  office.chain.write();
}

TEST_CASE("a run whose body was erased keeps its place; an altered body is found out") {
  Writing office;
  SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  SealedRun altered = run;
  altered.body->back() ^= 1;
  CHECK(office.says(altered) == ErrorCode::corrupt);
  altered.body->pop_back();
  CHECK(office.says(altered) == ErrorCode::corrupt);
  run.body.reset();
  CHECK(office.check(run).has_value());
  CHECK(code_of(open_run(run, office.room.ring(office.worker))) == ErrorCode::not_found);
}

TEST_CASE("limits hold when sealing and when opening") {
  Writing office;
  CHECK(code_of(office.chain.seal(0, {})) == ErrorCode::invalid_argument);
  CHECK(code_of(office.chain.seal(kChangesPerRunMax + 1, {})) == ErrorCode::limit_exceeded);
  Bytes payload(kRunPayloadBytesMax + 1);
  CHECK(code_of(office.chain.seal(1, payload)) == ErrorCode::limit_exceeded);
  office.random.fill(payload);
  payload.pop_back();
  const auto largest = office.chain.seal(kChangesPerRunMax, payload);
  REQUIRE(largest.has_value());
  CHECK(largest->encode().size() <= kRunBytesMax);
  CHECK(verify_run(largest->encode(), office.state, office.room.state, {}).has_value());
  CHECK(open_run(*largest, office.room.ring(office.worker)).value() == payload);
  Chain last{office.room, office.worker, 1, {}};
  last.tip.next_counter = kChangeCounterMax;
  CHECK(code_of(last.seal(1, {})) == ErrorCode::limit_exceeded);
}

TEST_CASE("a hostile plaintext is refused before it is unpacked") {
  Writing office;
  const auto opening = [&](BytesView plain) {
    const SealedRun run = office.with_plaintext(plain);
    REQUIRE(office.check(run).has_value());
    return code_of(open_run(run, office.room.ring(office.worker)));
  };
  const auto packed = [](BytesView compressed) {
    Bytes out = CborWriter().uint(compressed.size()).take();
    append(out, compressed);
    out.resize(padded_size(out.size()));
    return out;
  };
  CHECK(opening(packed(compress(Bytes(kRunPayloadBytesMax + 1)))) == ErrorCode::limit_exceeded);
  CHECK(opening(packed(Bytes(300, 7))) == ErrorCode::malformed);
  CHECK(opening({}) == ErrorCode::truncated);
  CHECK(opening(Bytes{0x18, 0xff, 0}) != ErrorCode::internal);
  Bytes payload(301);
  office.random.fill(payload);
  Bytes padded = packed(compress(payload));
  REQUIRE(padded.back() == 0);
  padded.back() = 1;
  CHECK(opening(padded) == ErrorCode::malformed);
  padded.back() = 0;
  padded.push_back(0);
  CHECK(opening(padded) == ErrorCode::malformed);
}

TEST_CASE("one ciphertext made for two keys opens under the one the header names only") {
  Writing office;
  const SealedRun run = office.chain.seal(1, as_bytes("x")).value();
  Keyring forged;
  forged.put(1, crypto::Key::random(office.random));
  CHECK(code_of(open_run(run, forged)) == ErrorCode::missing_key);
}

TEST_CASE("padding hides lengths at a cost of at most 12 percent") {
  CHECK(padded_size(0) == 0);
  CHECK(padded_size(1) == 1);
  CHECK(padded_size(9) == 10);
  CHECK(padded_size(100) == 104);
  CHECK(padded_size(1000) == 1024);
  CHECK(padded_size(100000) == 100352);
  std::size_t before = 0;
  for (std::size_t size = 1; size < 70000; ++size) {
    const std::size_t padded = padded_size(size);
    REQUIRE(padded >= size);
    REQUIRE(padded >= before);
    REQUIRE((padded - size) * 100 <= 12 * size);
    REQUIRE(padded_size(padded) == padded);
    before = padded;
  }
}
