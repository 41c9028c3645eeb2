// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/run_batch.h"

#include <doctest/doctest.h>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

struct Sending : Office {
  Phone& worker = add_person({Role::worker});
  Phone& colleague = add_person({Role::worker});
  Room room{*this, worker, {{colleague.user, SpaceRole::writer}}};
  Chain chain{room, worker, 1, {}};
  Chain other{room, colleague, 1, {}};

  Result<std::vector<SealedRun>> decode(BytesView bytes) const {
    return decode_run_batch(bytes, state, room.state);
  }
};

}  // namespace

TEST_CASE("runs of several writers come out of a batch as they were sealed") {
  Sending office;
  std::vector<SealedRun> runs{office.chain.write(3), office.chain.write(), office.other.write(2)};
  office.room.rotate(office.worker);
  runs.push_back(office.other.write());
  runs.push_back(office.chain.write());
  runs[1].body.reset();
  const auto encoded = encode_run_batch(runs);
  REQUIRE(encoded.has_value());
  const auto decoded = office.decode(*encoded);
  REQUIRE(decoded.has_value());
  CHECK(*decoded == runs);
  check_strict(*encoded, [&](BytesView bytes) -> Result<Bytes> {
    FELTBOG_TRY(read, office.decode(bytes));
    return encode_run_batch(read);
  });
}

TEST_CASE("a witness is said once for the runs that share it") {
  Sending office;
  std::vector<SealedRun> runs{office.chain.write()};
  office.chain.witness = {office.random.make<ServerIncarnation>(), 7,
                          office.random.make<PositionHash>()};
  runs.push_back(office.chain.write());
  const std::size_t with_one = encode_run_batch(runs).value().size();
  runs.push_back(office.chain.write());
  runs.push_back(office.other.write());
  const Bytes encoded = encode_run_batch(runs).value();
  const auto decoded = office.decode(encoded);
  REQUIRE(decoded.has_value());
  CHECK(*decoded == runs);
  check_strict(encoded, [&](BytesView bytes) -> Result<Bytes> {
    FELTBOG_TRY(read, office.decode(bytes));
    return encode_run_batch(read);
  });
  const std::size_t third = encode_run_batch(std::span(runs).first(3)).value().size() - with_one;
  CHECK(third < 64 + runs[2].body->size() + 20);  // no 50 bytes of witness
}

TEST_CASE("no flipped bit of a batch gets a changed run past its signature") {
  Sending office;
  const std::vector<SealedRun> runs{office.chain.write(), office.chain.write()};
  const Bytes encoded = encode_run_batch(runs).value();
  std::size_t taken = 0;
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    const auto decoded = office.decode(flip(encoded, bit));
    if (!decoded) continue;
    WriterTip tip;
    bool all = decoded->size() == runs.size();
    for (const SealedRun& run : *decoded) {
      const auto header = verify_run(run, office.state, office.room.state, tip);
      all = all && header.has_value();
      if (header) tip = WriterTip::after(*header);
    }
    if (all) ++taken;
  }
  CHECK(taken == 0);
}

TEST_CASE("a batch waits for the logs it rests on and stays in its space") {
  Sending office;
  const SpaceState old_space = office.room.state;
  const OrganisationState old_organisation = office.state;
  office.add_user({Role::worker});
  office.room.rotate(office.worker);
  const std::vector<SealedRun> runs{office.chain.write()};
  const Bytes encoded = encode_run_batch(runs).value();
  CHECK(code_of(decode_run_batch(encoded, office.state, old_space)) ==
        ErrorCode::missing_dependency);
  CHECK(code_of(decode_run_batch(encoded, old_organisation, office.room.state)) ==
        ErrorCode::missing_dependency);
  Room other(office, office.worker, {});
  CHECK(code_of(decode_run_batch(encoded, office.state, other.state)) == ErrorCode::malformed);
  Chain elsewhere{other, office.worker, 1, {}};
  CHECK(code_of(encode_run_batch(std::vector{runs.front(), elsewhere.write()})) ==
        ErrorCode::invalid_argument);
  CHECK(code_of(encode_run_batch({})) == ErrorCode::invalid_argument);
}

TEST_CASE("a run of ten changes costs at most 120 bytes a change on the wire and 250 at rest") {
  Sending office;
  // Ten changes of 60 bytes that cannot be compressed, so that every byte above them is overhead.
  Bytes payload(600);
  office.random.fill(payload);
  std::vector<SealedRun> runs;
  office.chain.witness = {office.random.make<ServerIncarnation>(), 70'000,
                          office.random.make<PositionHash>()};
  for (int i = 0; i < 2; ++i) runs.push_back(office.chain.write(10, as_text(payload)));
  const SealedRun& run = runs.back();
  const std::size_t at_rest = run.encode().size() - payload.size();
  const std::size_t first = encode_run_batch(std::span(runs).first(1)).value().size();
  const std::size_t both = encode_run_batch(runs).value().size();
  const std::size_t alone = first - payload.size();
  const std::size_t following = both - first - payload.size();
  MESSAGE("header " << run.header.encode().size() << " bytes, signature 64, body "
                    << run.body->size() << " for " << payload.size()
                    << " of payload (nonce 24, tag 16, compression and padding "
                    << run.body->size() - 40 - payload.size() << ")");
  MESSAGE("overhead per change: at rest " << at_rest / 10 << " bytes; on the wire " << alone / 10
                                          << " alone in a batch, " << following / 10
                                          << " behind another run");
  CHECK(at_rest <= 2500);
  CHECK(alone <= 1200);
  CHECK(following < alone);
}
