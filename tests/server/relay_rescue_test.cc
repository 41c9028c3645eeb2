// SPDX-License-Identifier: Apache-2.0
// What a barred device may still do at the server: hand in what it had written, and nothing else.
#include <doctest/doctest.h>

#include "core/ledger/chunk.h"
#include "core/ledger/rescue.h"
#include "tests/server/relay_fixture.h"

using namespace feltbog;
using namespace feltbog::testing;
using ledger::Role;
using ledger::test::Chain;
using ledger::test::code_of;
using ledger::test::Phone;
using ledger::test::Room;

namespace {

constexpr sync::ReadLimits kAll{1000, std::size_t{1} << 30};

// Anna's phone was barred with a run that it had not sent; Bo's is in use.
struct Lost {
  RelayWorld world;
  Phone& anna = world.office.add_person({Role::worker});
  Phone& bo = world.office.add_person({Role::worker});
  Room room{world.office, anna, {{bo.user, ledger::SpaceRole::writer}}};
  Chain chain{room, anna, 1, {}};
  ledger::SealedRun unsent = chain.write();
  sync::Admission barred{ledger::SessionParty::device, anna.id(), {}, true};
  Bytes chunk{1, 2, 3};

  Lost() {
    world.push_space(room, anna);
    world.office.append(world.office.founder(), ledger::DeviceRevoke{anna.id(), {}, {}});
    world.push_organisation();
  }
  SpaceId space() const { return room.state.id(); }
  std::vector<Bytes> read_by_bo() {
    std::vector<Bytes> out;
    const auto read = world.store->read_runs(bo.id(), space(), 0, kAll);
    REQUIRE(read.has_value());
    for (const auto& item : read->runs) out.push_back(item.run);
    return out;
  }
};

}  // namespace

TEST_CASE("a barred device's own runs and chunks are stored, receipted and shown to members") {
  Lost lost;
  const auto pushed = lost.world.push(lost.anna, lost.room, {lost.unsent});
  CHECK(pushed.runs.front().position == 1);
  CHECK(ledger::verify_receipt(pushed.receipt, lost.world.office.state).has_value());
  CHECK(lost.read_by_bo() == std::vector<Bytes>{lost.unsent.encode()});
  const ChunkHash hash = ledger::chunk_hash(lost.chunk);
  const auto before = lost.world.store->held_chunks(lost.anna.id(), lost.space(), {&hash, 1});
  REQUIRE(before.has_value());
  CHECK_FALSE(before->held.front());
  CHECK(lost.world.store->put_chunk(lost.anna.id(), lost.space(), hash, lost.chunk).has_value());
  const auto read = lost.world.store->read_chunk(lost.bo.id(), lost.space(), hash);
  REQUIRE(read.has_value());
  CHECK(*read == lost.chunk);
}

TEST_CASE("what a barred device seals as of before its barring is stored like what it had sealed") {
  Lost lost;
  const auto heads = ledger::heads_before_leaving(lost.anna.id(), lost.chain.tip,
                                                  lost.world.office.state, lost.room.state, 99);
  REQUIRE(heads.has_value());
  const ledger::RunDraft draft{1, lost.chain.tip, 0, 1, to_bytes(as_bytes("late"))};
  const auto late =
      ledger::seal_run_at(*heads, draft, lost.anna.identity, lost.world.office.state,
                          lost.room.state, lost.room.ring(lost.anna), lost.world.office.random);
  REQUIRE(late.has_value());
  const auto pushed = lost.world.push(lost.anna, lost.room, {lost.unsent, *late});
  CHECK(pushed.runs[1].position == 2);
}

TEST_CASE("a barred device brings no run of another's, not even one that is there already") {
  Lost lost;
  Chain bo{lost.room, lost.bo, 1, {}};
  lost.room.rotate(lost.bo);
  lost.world.push_space(lost.room, lost.bo);
  const auto held = bo.write();
  lost.world.push(lost.bo, lost.room, {held});
  const auto pushed = lost.world.push(lost.anna, lost.room, {bo.write(), held, lost.unsent});
  CHECK(pushed.runs[0].refused == ErrorCode::not_permitted);
  CHECK(pushed.runs[1].refused == ErrorCode::not_permitted);
  CHECK(pushed.runs[1].position == 0);
  CHECK_FALSE(pushed.runs[2].refused.has_value());
  CHECK(lost.read_by_bo().size() == 2);
}

TEST_CASE("a barred device reads the organisation's log and nothing else") {
  Lost lost;
  lost.world.push(lost.anna, lost.room, {lost.unsent});
  auto& store = *lost.world.store;
  const auto log = store.read_records(lost.barred, std::nullopt, 1, kAll);
  REQUIRE(log.has_value());
  CHECK(log->size() == lost.world.office.records.size());
  CHECK(code_of(store.read_records(lost.barred, lost.space(), 1, kAll)) ==
        ErrorCode::not_permitted);
  CHECK(code_of(store.spaces_of(lost.anna.id())) == ErrorCode::revoked);
  CHECK(code_of(store.standing(lost.anna.id(), lost.space())) == ErrorCode::revoked);
  CHECK(code_of(store.read_runs(lost.anna.id(), lost.space(), 0, kAll)) == ErrorCode::revoked);
  CHECK(code_of(store.count_runs(lost.anna.id(), lost.space(), 0)) == ErrorCode::revoked);
  CHECK(code_of(store.read_chunk(lost.anna.id(), lost.space(), ledger::chunk_hash(lost.chunk))) ==
        ErrorCode::revoked);
}

TEST_CASE("a barred device appends no record, not even one it made before it was barred") {
  Lost lost;
  ledger::test::Office& office = lost.world.office;
  const auto record =
      ledger::make_record(office.state, office.founder().identity,
                          ledger::UserAdd{office.random.make<UserId>(), {Role::worker}});
  REQUIRE(record.has_value());
  CHECK(code_of(lost.world.append(lost.barred, std::nullopt, *record)) == ErrorCode::not_permitted);
  lost.room.rotate(lost.bo);
  CHECK(code_of(lost.world.append(lost.barred, lost.space(), lost.room.records.back(),
                                  lost.room.wraps.back())) == ErrorCode::not_permitted);
}

TEST_CASE("a barred device brings nothing to a space it was never given a key of") {
  Lost lost;
  Room other(lost.world.office, lost.bo, {});
  lost.world.push_space(other, lost.bo);
  const ChunkHash hash = ledger::chunk_hash(lost.chunk);
  const Bytes run = lost.unsent.encode();
  auto& store = *lost.world.store;
  for (const SpaceId& space : {other.state.id(), SpaceId{}}) {
    CHECK(code_of(store.append_runs(lost.anna.id(), space, {&run, 1})) == ErrorCode::not_permitted);
    CHECK(code_of(store.put_chunk(lost.anna.id(), space, hash, lost.chunk)) ==
          ErrorCode::not_permitted);
    CHECK(code_of(store.held_chunks(lost.anna.id(), space, {&hash, 1})) ==
          ErrorCode::not_permitted);
  }
}
