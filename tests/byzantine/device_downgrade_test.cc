// SPDX-License-Identifier: Apache-2.0
// A member's program that would have older keys, formats or versions taken than those in force.
#include <doctest/doctest.h>

#include "core/base/cbor.h"
#include "core/document/change_codec.h"
#include "core/ledger/domains.h"
#include "core/ledger/run_rules.h"
#include "core/workspace/core.h"
#include "sync/message.h"
#include "tests/byzantine/scene.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;
using ledger::SealedRun;

namespace {

// Bo's genuine key signs this header over this body.
Bytes signed_by(TestDevice& author, BytesView header, BytesView body) {
  const auto signature = crypto::sign(identity_of(author).signing, ledger::domains::kRun, header);
  return CborWriter().array(3).bytes(header).fixed(signature).bytes(body).take();
}

// The same words, sealed for the header as it is now, under a key of the caller's choice.
void seal_anew(SealedRun& run, const SealedRun& original, const crypto::Key& epoch_key,
               Random& random) {
  const crypto::Key key =
      crypto::derive_key(ledger::domains::kRunKey, epoch_key, run.header.space.view());
  constexpr std::size_t kNonce = crypto::Nonce::kSize;
  const BytesView sealed = *original.body;
  const auto plain = crypto::open(key, crypto::Nonce::from(sealed.first(kNonce)).value(),
                                  ledger::additional_data(original.header), sealed.subspan(kNonce));
  REQUIRE(plain.has_value());
  const auto nonce = random.make<crypto::Nonce>();
  Bytes body = to_bytes(nonce.view());
  append(body, crypto::seal(key, nonce, ledger::additional_data(run.header), *plain));
  run.header.body = ledger::body_hash(body);
  run.body = std::move(body);
}

// The honest server refuses the run; a lying one shows it behind the others.
void bring(Scene& scene, Liar& server, const Bytes& run, ErrorCode refusal) {
  const auto appended =
      scene.office.relay().append_runs(device_id(scene.bo), scene.space, {&run, 1});
  REQUIRE(appended.has_value());
  CHECK(appended->runs.front().refused == refusal);
  const std::uint64_t last = scene.standing().last_position;
  server.on_runs = [&scene, last, run](const SpaceId& space, std::uint64_t position, auto& batch) {
    if (space == scene.space && position <= last) batch.runs.push_back({last + 1, run});
  };
}

}  // namespace

TEST_CASE("epoch downgrade: nothing new is believed under a key that a barred phone holds") {
  Scene scene;
  TestDevice& carl = scene.office.add("Carl");
  scene.desk.call("case.add-member", parameters("case", scene.id, "user", "Carl"));
  scene.sync_honest();
  scene.write(scene.anna, "før");
  scene.sync_honest();
  // Bo's program seals as of now, and again once Carl's phone is barred, under the same old key.
  workspace::Core& core = scene.bo.workspace().core();
  Forger forger(scene.bo, scene.space);
  const SealedRun before = SealedRun::decode(forger.seal_aside({forger.change(1, 1)})).value();
  const auto keys = core.membership.keys(scene.space);
  REQUIRE(keys.has_value());
  const crypto::Key old_key = (*keys)->find(1)->copy();
  scene.desk.call("device.revoke", parameters("device", "Carl"));
  scene.sync_honest();
  SealedRun run = before;
  run.header.space_head = core.membership.space(scene.space)->state.head();
  run.header.organisation_head = core.membership.organisation().head();
  seal_anew(run, before, old_key, scene.office.random());
  Liar server(scene.office);
  bring(scene, server, signed_by(scene.bo, run.header.encode(), *run.body),
        ErrorCode::not_authorised);
  for (TestDevice* device : {&scene.desk, &scene.anna}) {
    const Bytes state = scene.state_of(*device);
    CHECK(scene.meet(*device, server) == ErrorCode::internal);
    CHECK(scene.state_of(*device) == state);
    CHECK(scene.set_aside(*device, "not_authorised") == 1);
  }
  scene.outsiders.push_back(&identity_of(carl));
  scene.honest = {&scene.desk, &scene.anna};
  scene.check_unharmed();
}

TEST_CASE("suite and version downgrade: a run of another suite or version has no effect") {
  Scene scene;
  scene.write(scene.anna, "før");
  scene.sync_honest();
  Forger forger(scene.bo, scene.space);
  const SealedRun genuine = SealedRun::decode(forger.seal({forger.change(1, 1)})).value();
  const Bytes honest_header = genuine.header.encode();
  constexpr std::size_t kVersionAt = 1;  // behind the array's head
  constexpr std::size_t kSuiteAt = 2;
  struct Lie {
    std::size_t at;
    std::uint8_t number;
  };
  std::int64_t lies = 0;
  for (const Lie lie : {Lie{kSuiteAt, 0}, Lie{kSuiteAt, 2}, Lie{kVersionAt, 0}}) {
    CAPTURE(lie.at);
    CAPTURE(lie.number);
    Bytes header = honest_header;
    REQUIRE(header[lie.at] == 1);
    header[lie.at] = lie.number;
    Liar server(scene.office);
    bring(scene, server, signed_by(scene.bo, header, *genuine.body),
          ErrorCode::unsupported_version);
    ++lies;
    for (TestDevice* device : {&scene.desk, &scene.anna}) {
      const Bytes state = scene.state_of(*device);
      CHECK(scene.meet(*device, server) == ErrorCode::internal);
      CHECK(scene.state_of(*device) == state);
      CHECK(scene.set_aside(*device, "unsupported_version") == lies);
    }
  }
  scene.honest = {&scene.desk, &scene.anna};
  scene.check_unharmed();
}

TEST_CASE("suite and version downgrade: versions that were changed on the way end the session") {
  Scene scene;
  scene.write(scene.anna, "før");
  const Bytes before = scene.state_of(scene.anna);
  for (const std::uint64_t oldest : {0U, 1U}) {
    CAPTURE(oldest);
    Wire wire(scene.anna.workspace(), scene.anna.random, scene.office.relay(),
              scene.office.random());
    bool changed = false;
    wire.on_the_way_up = [&](Bytes& up) {
      if (changed) return;
      changed = true;
      constexpr std::size_t kLength = 4;
      auto hello = sync::decode_message<sync::Hello>(BytesView(up).subspan(kLength)).value();
      hello.oldest = oldest;
      hello.newest = oldest == 0 ? 1 : 2;
      const Bytes body = sync::encode_message(hello);
      REQUIRE(body.size() + kLength == up.size());
      std::copy(body.begin(), body.end(), up.begin() + kLength);
    };
    while (wire.turn()) {
    }
    REQUIRE(wire.ended.has_value());
    // Refused by the server, whose decoder knows no version 0, or told by its proof.
    CHECK(wire.ended->code == (oldest == 0 ? ErrorCode::protocol_error : ErrorCode::wrong_server));
    CHECK_FALSE(wire.caught_up);
    CHECK(scene.state_of(scene.anna) == before);
  }
  scene.check_unharmed();
}
