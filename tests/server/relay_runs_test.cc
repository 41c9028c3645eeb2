// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "core/ledger/chunk.h"
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

// Two workers with a space between them, all of it pushed.
struct TwoWorkers {
  explicit TwoWorkers(server::RelayQuotas quotas = {})
      : world(1, quotas),
        anna(world.office.add_person({Role::worker})),
        bo(world.office.add_person({Role::worker})),
        outsider(world.office.add_person({Role::worker})),
        room(world.office, anna, {{bo.user, ledger::SpaceRole::writer}}) {
    world.push_space(room, anna);
  }
  SpaceId space() const { return room.state.id(); }
  std::size_t runs_read(const Phone& by) {
    const auto read = world.store->read_runs(by.id(), space(), 0, kAll);
    REQUIRE(read.has_value());
    return read->runs.size();
  }

  RelayWorld world;
  Phone& anna;
  Phone& bo;
  Phone& outsider;
  Room room;
};

void check_receipt(TwoWorkers& two, const sync::AppendedRuns& pushed) {
  const auto receipt = ledger::verify_receipt(pushed.receipt, two.world.office.state);
  REQUIRE(receipt.has_value());
  CHECK(receipt->space == two.space());
  CHECK(receipt->incarnation == two.world.store->incarnation());
  std::size_t named = 0;
  for (const auto& outcome : pushed.runs) {
    if (outcome.refused) continue;
    ++named;
    const ledger::ReceiptEntry entry{outcome.run, outcome.position};
    CHECK(std::ranges::count(receipt->entries, entry) >= 1);
  }
  CHECK(named == receipt->entries.size());
}

}  // namespace

TEST_CASE("runs get positions in order, a signed receipt, and come to the other device unchanged") {
  TwoWorkers two;
  Chain anna{two.room, two.anna, 1, {}};
  Chain bo{two.room, two.bo, 1, {}};
  const auto first = two.world.push(two.anna, two.room, {anna.write(), anna.write()});
  const auto run = bo.write();
  const auto second = two.world.push(two.bo, two.room, {run});
  REQUIRE(first.runs.size() == 2);
  CHECK(first.runs[0].position == 1);
  CHECK(first.runs[1].position == 2);
  CHECK(second.runs[0].position == 3);
  check_receipt(two, first);
  check_receipt(two, second);
  const auto read = two.world.store->read_runs(two.anna.id(), two.space(), 2, kAll);
  REQUIRE(read.has_value());
  REQUIRE(read->runs.size() == 1);
  CHECK_FALSE(read->more);
  CHECK(read->runs[0].run == run.encode());
  CHECK(two.world.store->standing(two.anna.id(), two.space())->last_position == 3);
}

TEST_CASE(
    "a run pushed again, also twice in one batch, keeps its position and is receipted again") {
  TwoWorkers two;
  Chain anna{two.room, two.anna, 1, {}};
  const auto one = anna.write();
  const auto two_of_them = anna.write();
  two.world.push(two.anna, two.room, {one});
  const auto again = two.world.push(two.anna, two.room, {one, two_of_them, two_of_them});
  CHECK(again.runs[0].position == 1);
  CHECK(again.runs[1].position == 2);
  CHECK(again.runs[2].position == 2);
  CHECK(ledger::verify_receipt(again.receipt, two.world.office.state).has_value());
  CHECK(two.runs_read(two.bo) == 2);
}

TEST_CASE("one bad run is refused by name and the others of its batch are kept") {
  TwoWorkers two;
  Chain anna{two.room, two.anna, 1, {}};
  Chain bo{two.room, two.bo, 1, {}};
  const auto good = anna.write();
  const auto second = anna.write();
  auto forged = bo.write();
  forged.signature.bytes[0] ^= 1;
  auto changed = bo.write();
  changed.body->back() ^= 1;
  auto erased = anna.write();
  erased.body.reset();
  const std::vector<Bytes> batch{good.encode(),  forged.encode(), changed.encode(),
                                 Bytes{1, 2, 3}, second.encode(), erased.encode()};
  const auto pushed = two.world.store->append_runs(two.anna.id(), two.space(), batch);
  REQUIRE(pushed.has_value());
  CHECK_FALSE(pushed->runs[0].refused.has_value());
  CHECK(pushed->runs[1].refused.has_value());
  CHECK(pushed->runs[2].refused.has_value());
  CHECK(pushed->runs[3].refused.has_value());
  CHECK_FALSE(pushed->runs[4].refused.has_value());
  CHECK(pushed->runs[4].position == 2);
  CHECK(pushed->runs[5].refused == ErrorCode::malformed);
  for (const auto& outcome : pushed->runs) CHECK(outcome.refused != ErrorCode::corrupt);
  check_receipt(two, *pushed);
  CHECK(two.runs_read(two.bo) == 2);
}

TEST_CASE("a gap in a chain and a second run at one place are refused, and heal once it is whole") {
  TwoWorkers two;
  Chain anna{two.room, two.anna, 1, {}};
  Chain clone{two.room, two.anna, 1, {}};
  const auto one = anna.write();
  const auto next = anna.write();
  const auto rival = clone.write(1, "from a restored copy");
  CHECK(two.world.push(two.anna, two.room, {next}).runs[0].refused == ErrorCode::broken_chain);
  two.world.push(two.anna, two.room, {one});
  CHECK(two.world.push(two.anna, two.room, {rival}).runs[0].refused == ErrorCode::fork_detected);
  CHECK(two.world.push(two.anna, two.room, {next}).runs[0].position == 2);
}

TEST_CASE("strangers neither push nor read nor count, and learn nothing") {
  TwoWorkers two;
  Chain anna{two.room, two.anna, 1, {}};
  const std::vector<Bytes> runs{anna.write().encode()};
  auto& store = *two.world.store;
  const auto id = two.outsider.id();
  CHECK(code_of(store.append_runs(id, two.space(), runs)) == ErrorCode::not_permitted);
  CHECK(code_of(store.read_runs(id, two.space(), 0, kAll)) == ErrorCode::not_permitted);
  CHECK(code_of(store.count_runs(id, two.space(), 0)) == ErrorCode::not_permitted);
  CHECK(code_of(store.put_chunk(id, two.space(), {}, runs[0])) == ErrorCode::not_permitted);
  CHECK(code_of(store.read_chunk(id, two.space(), {})) == ErrorCode::not_permitted);
  CHECK(code_of(store.held_chunks(id, two.space(), {})) == ErrorCode::not_permitted);
}

TEST_CASE("a read is cut at its limits and says that more follows") {
  TwoWorkers two;
  Chain anna{two.room, two.anna, 1, {}};
  std::vector<ledger::SealedRun> runs;
  for (int i = 0; i < 10; ++i) runs.push_back(anna.write());
  two.world.push(two.anna, two.room, runs);
  auto& store = *two.world.store;
  const auto three = store.read_runs(two.bo.id(), two.space(), 0, {3, 1 << 20});
  CHECK(three->runs.size() == 3);
  CHECK(three->more);
  const auto one = store.read_runs(two.bo.id(), two.space(), 3, {100, 1});
  CHECK(one->runs.size() == 1);
  CHECK(one->runs[0].position == 4);
  CHECK(one->more);
  const auto last = store.read_runs(two.bo.id(), two.space(), 9, kAll);
  CHECK(last->runs.size() == 1);
  CHECK_FALSE(last->more);
  const auto all = store.count_runs(two.bo.id(), two.space(), 0);
  CHECK(all->items == 10);
  const auto rest = store.count_runs(two.bo.id(), two.space(), 9);
  CHECK(rest->items == 1);
  CHECK(rest->bytes == runs.back().encode().size());
  CHECK(store.count_runs(two.bo.id(), two.space(), 10)->items == 0);
}

TEST_CASE("a full space refuses with its quota and takes nothing of what does not fit") {
  server::RelayQuotas quotas;
  quotas.space_run_bytes_max = 2000;
  quotas.space_chunk_bytes_max = 100;
  TwoWorkers two(quotas);
  Chain anna{two.room, two.anna, 1, {}};
  std::size_t taken = 0;
  for (int i = 0; i < 20; ++i) {
    const auto pushed = two.world.push(two.anna, two.room, {anna.write()});
    if (!pushed.runs[0].refused) ++taken;
    if (pushed.runs[0].refused) break;
  }
  CHECK(taken > 0);
  CHECK(two.runs_read(two.bo) == taken);
  const Bytes big(101, 1);
  CHECK(code_of(two.world.store->put_chunk(two.anna.id(), two.space(), ledger::chunk_hash(big),
                                           big)) == ErrorCode::quota_exceeded);
}

TEST_CASE("chunks are kept by their hash, receipted, and given to members") {
  TwoWorkers two;
  auto& store = *two.world.store;
  const Bytes chunk(50'000, 9);
  const auto hash = ledger::chunk_hash(chunk);
  ChunkHash other = hash;
  other.bytes[0] ^= 1;
  CHECK(code_of(store.put_chunk(two.anna.id(), two.space(), other, chunk)) == ErrorCode::malformed);
  const Bytes huge(ledger::kSessionChunkMax + 1, 1);
  CHECK(code_of(store.put_chunk(two.anna.id(), two.space(), ledger::chunk_hash(huge), huge)) ==
        ErrorCode::limit_exceeded);
  for (int twice = 0; twice < 2; ++twice) {
    const auto receipt = store.put_chunk(two.anna.id(), two.space(), hash, chunk);
    REQUIRE(receipt.has_value());
    CHECK(ledger::verify_chunk_receipt(*receipt, two.world.office.state).has_value());
  }
  CHECK(**store.read_chunk(two.bo.id(), two.space(), hash) == chunk);
  CHECK_FALSE(store.read_chunk(two.bo.id(), two.space(), other)->has_value());
  const std::vector<ChunkHash> asked{other, hash};
  const auto held = store.held_chunks(two.bo.id(), two.space(), asked);
  REQUIRE(held.has_value());
  CHECK(held->held == std::vector<bool>{false, true});
  const auto receipt = ledger::verify_chunk_receipt(held->receipt, two.world.office.state);
  REQUIRE(receipt.has_value());
  CHECK(receipt->chunks == std::vector<ChunkHash>{hash});
  CHECK(store.counts()->chunk_bytes == chunk.size());
}

TEST_CASE("a receipt outlives a power cut right after it") {
  TwoWorkers two;
  Chain anna{two.room, two.anna, 1, {}};
  const auto run = anna.write();
  two.world.push(two.anna, two.room, {run});
  two.world.disk.crash(CrashPolicy::lose_unsynced, 1);
  REQUIRE(two.world.reopen().has_value());
  CHECK(two.runs_read(two.bo) == 1);
  CHECK(two.world.push(two.anna, two.room, {run}).runs[0].position == 1);
  CHECK(two.world.push(two.anna, two.room, {anna.write()}).runs[0].position == 2);
}

TEST_CASE("whichever disk call fails, memory and database agree, and a second try heals it") {
  for (std::uint64_t call = 0;; ++call) {
    TwoWorkers two;
    Chain anna{two.room, two.anna, 1, {}};
    two.world.push(two.anna, two.room, {anna.write()});
    const std::vector<Bytes> runs{anna.write().encode(), anna.write().encode()};
    two.world.disk.inject({two.world.disk.call_count() + call, FaultKind::disk_full, false});
    const auto pushed = two.world.store->append_runs(two.anna.id(), two.space(), runs);
    const bool hit = two.world.disk.fault_hit();
    two.world.disk.clear_faults();
    CAPTURE(call);
    if (!pushed) REQUIRE(two.world.reopen().has_value());
    const std::size_t held = two.runs_read(two.bo);
    CHECK(two.world.store->standing(two.bo.id(), two.space())->last_position == held);
    if (pushed) CHECK(held == 3);
    const auto again = two.world.store->append_runs(two.anna.id(), two.space(), runs);
    REQUIRE(again.has_value());
    CHECK(again->runs[0].position == 2);
    CHECK(again->runs[1].position == 3);
    CHECK(two.runs_read(two.bo) == 3);
    if (!hit) break;
    REQUIRE(call < 1000);
  }
}

TEST_CASE("grouped, nothing is durable before the commit, and all of it after") {
  TwoWorkers two;
  Chain anna{two.room, two.anna, 1, {}};
  Chain bo{two.room, two.bo, 1, {}};
  two.world.store->group_commits(true);
  const auto syncs = two.world.disk.sync_count();
  two.world.push(two.anna, two.room, {anna.write()});
  two.world.push(two.bo, two.room, {bo.write()});
  CHECK(two.world.store->uncommitted());
  CHECK(two.world.disk.sync_count() == syncs);
  SUBCASE("committed") {
    REQUIRE(two.world.store->commit().has_value());
    CHECK_FALSE(two.world.store->uncommitted());
    two.world.disk.crash(CrashPolicy::lose_unsynced, 1);
    REQUIRE(two.world.reopen().has_value());
    CHECK(two.runs_read(two.bo) == 2);
  }
  SUBCASE("cut off") {
    two.world.disk.crash(CrashPolicy::lose_unsynced, 1);
    REQUIRE(two.world.reopen().has_value());
    CHECK(two.runs_read(two.bo) == 0);
  }
  SUBCASE("failed") {
    two.world.disk.inject({two.world.disk.call_count(), FaultKind::disk_full, true});
    CHECK_FALSE(two.world.store->commit().has_value());
    two.world.disk.clear_faults();
    REQUIRE(two.world.reopen().has_value());
    CHECK(two.runs_read(two.bo) == 0);
  }
}
