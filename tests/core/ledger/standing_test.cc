// SPDX-License-Identifier: Apache-2.0
// Which late runs of removed and barred authors count, and that no order of arrival changes it.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

struct Leaving : Office {
  Phone& caseworker = add_person({Role::caseworker});
  Phone& worker = add_person({Role::worker});
  Room room{*this, caseworker, {{worker.user, SpaceRole::writer}}};
  Chain chain{room, worker, 1, {}};
  Chain second{room, worker, 2, {}};  // after a restore

  RunStanding standing(const SealedRun& run) const {
    return run_standing(run.header, state, room.state);
  }
};

constexpr auto kInForce = RunStanding::in_force;
constexpr auto kHeldBack = RunStanding::held_back;
constexpr auto kRejected = RunStanding::rejected;
constexpr auto kAdopted = RunStanding::adopted;

}  // namespace

TEST_CASE("a removed member's runs count up to the cut; later ones are valid but kept aside") {
  Leaving office;
  const SealedRun first = office.chain.write();
  const Cut cut = office.chain.cut();
  const SealedRun late = office.chain.write();
  const SealedRun unseen = office.second.write();
  CHECK(office.standing(late) == kInForce);
  office.room.remove(office.caseworker, {office.worker.user}, {cut});
  CHECK(office.standing(first) == kInForce);
  CHECK(office.standing(late) == kHeldBack);
  CHECK(office.standing(unseen) == kHeldBack);
  CHECK(verify_run(late, office.state, office.room.state, WriterTip::after(first.header))
            .has_value());
  CHECK(code_of(office.chain.seal(1, as_bytes("x"))) == ErrorCode::not_authorised);
}

TEST_CASE("of two runs at the place of a cut, the one it names counts") {
  Leaving office;
  const SealedRun one = office.chain.seal(1, as_bytes("one")).value();
  const SealedRun other = office.chain.seal(1, as_bytes("other")).value();
  Cut cut = office.chain.cut();
  cut.sequence = 1;
  cut.hash = other.header.hash();
  office.room.remove(office.caseworker, {office.worker.user}, {cut});
  CHECK(office.standing(one) == kHeldBack);
  CHECK(office.standing(other) == kInForce);
}

TEST_CASE("a member who was removed and added again writes on, and the gap stays aside") {
  Leaving office;
  office.chain.write();
  const Cut cut = office.chain.cut();
  const SealedRun late = office.chain.write();
  office.room.remove(office.caseworker, {office.worker.user}, {cut});
  office.room.add(office.caseworker, {{office.worker.user, SpaceRole::writer}});
  const SealedRun back = office.chain.write();
  CHECK(office.standing(late) == kHeldBack);
  CHECK(office.standing(back) == kInForce);
  office.room.remove(office.caseworker, {office.worker.user}, {cut});
  CHECK(office.standing(back) == kHeldBack);
}

TEST_CASE("a revocation that names the cut holds back what lies beyond it at once") {
  Leaving office;
  const SealedRun first = office.chain.write();
  const Cut cut = office.chain.cut();
  const SealedRun late = office.chain.write();
  office.append(office.founder(), DeviceRevoke{office.worker.id(), {cut}});
  CHECK(office.standing(first) == kInForce);
  CHECK(office.standing(late) == kHeldBack);
}

TEST_CASE("a revocation that names no cut leaves it to the space's next rotation") {
  Leaving office;
  const SealedRun first = office.chain.write();
  const Cut cut = office.chain.cut();
  const SealedRun late = office.chain.write();
  const SealedRun unseen = office.second.write();
  office.append(office.founder(), UserSuspend{office.worker.user, {}});
  CHECK(office.standing(late) == kInForce);  // nobody has said yet where it ends
  office.room.rotate(office.caseworker, {cut});
  CHECK(office.standing(first) == kInForce);
  CHECK(office.standing(late) == kHeldBack);
  CHECK(office.standing(unseen) == kHeldBack);
  // A later rotation cannot move the cut.
  Cut further = office.chain.cut();
  office.room.rotate(office.caseworker, {further});
  CHECK(office.standing(late) == kHeldBack);
}

TEST_CASE("an ordinary rotation cuts nobody") {
  Leaving office;
  const SealedRun run = office.chain.write();
  office.room.rotate(office.caseworker);
  CHECK(office.standing(run) == kInForce);
  CHECK(office.standing(office.chain.write()) == kInForce);
}

TEST_CASE("a run held back counts once it is adopted, and never once it is rejected") {
  Leaving office;
  office.chain.write();
  const Cut cut = office.chain.cut();
  const SealedRun honest = office.chain.write();
  const SealedRun strange = office.chain.write();
  office.append(office.founder(), DeviceRevoke{office.worker.id(), {cut}});
  office.room.rotate(office.caseworker);
  office.room.settle(office.caseworker,
                     {{strange.header.hash(), false}, {honest.header.hash(), true}});
  CHECK(office.standing(honest) == kAdopted);
  CHECK(counts(office.standing(honest)));
  CHECK(office.standing(strange) == kRejected);
  CHECK_FALSE(counts(office.standing(strange)));
  // Somebody thought again.
  office.room.settle(office.caseworker, {{honest.header.hash(), false}});
  CHECK(office.standing(honest) == kRejected);
}

TEST_CASE("a verdict about a run that was never held back changes nothing") {
  Leaving office;
  const SealedRun run = office.chain.write();
  office.room.settle(office.caseworker, {{run.header.hash(), false}});
  CHECK(office.standing(run) == kInForce);
}

TEST_CASE("only a writing member who may say who belongs judges what is held back") {
  Leaving office;
  Phone& reader = office.add_person({Role::supervisor});
  Phone& stranger = office.add_person({Role::supervisor});
  office.room.add(office.caseworker, {{reader.user, SpaceRole::reader}});
  const HeldRunsSettle verdict{{{office.random.make<RunHash>(), true}}};
  CHECK(code_of(office.room.attempt(office.worker, verdict)) == ErrorCode::not_authorised);
  CHECK(code_of(office.room.attempt(reader, verdict)) == ErrorCode::not_authorised);
  CHECK(code_of(office.room.attempt(stranger, verdict)) == ErrorCode::not_authorised);
  CHECK(office.room.attempt(office.caseworker, verdict).has_value());
}

TEST_CASE("verdicts name each run once, in order, and at least one") {
  Leaving office;
  const RunHash low{{1}};
  const RunHash high{{2}};
  for (const std::vector<Verdict>& verdicts : std::vector<std::vector<Verdict>>{
           {}, {{low, true}, {low, false}}, {{high, true}, {low, true}}}) {
    CHECK(code_of(office.room.attempt(office.caseworker, HeldRunsSettle{verdicts})) ==
          ErrorCode::malformed);
  }
}

TEST_CASE("late runs and a removal give one state in every order of arrival") {
  Leaving office;
  std::vector<SealedRun> runs{office.chain.write(), office.chain.write()};
  const Cut cut = office.chain.cut();
  runs.push_back(office.chain.write());
  runs.push_back(office.second.write());
  const SpaceState before = office.room.state;
  office.room.remove(office.caseworker, {office.worker.user}, {cut});

  // A device's whole knowledge after some order: which runs count.
  std::vector<int> order{0, 1, 2, 3, 4};  // 4: the removal
  std::set<std::vector<RunStanding>> outcomes;
  do {
    SpaceState space = before;
    std::map<WriterId, WriterTip> tips;
    std::vector<SealedRun> waiting;
    std::vector<SealedRun> held;
    for (const int event : order) {
      if (event == 4) {
        REQUIRE(space.apply(office.room.records.back(), office.state).has_value());
      } else {
        waiting.push_back(runs[static_cast<std::size_t>(event)]);
      }
      for (std::size_t i = 0; i < waiting.size();) {
        WriterTip& tip = tips[waiting[i].header.writer()];
        const auto header = verify_run(waiting[i], office.state, space, tip);
        if (!header) {
          ++i;
          continue;
        }
        tip = WriterTip::after(*header);
        held.push_back(waiting[i]);
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i));
        i = 0;
      }
    }
    REQUIRE(waiting.empty());
    std::sort(held.begin(), held.end(), [](const SealedRun& a, const SealedRun& b) {
      return a.header.hash() < b.header.hash();
    });
    std::vector<RunStanding> outcome;
    for (const SealedRun& run : held) {
      outcome.push_back(run_standing(run.header, office.state, space));
    }
    outcomes.insert(outcome);
  } while (std::next_permutation(order.begin(), order.end()));
  REQUIRE(outcomes.size() == 1);
  CHECK(std::count(outcomes.begin()->begin(), outcomes.begin()->end(), kHeldBack) == 2);
}
