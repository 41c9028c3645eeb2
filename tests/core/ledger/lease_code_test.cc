// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/lease_code.h"

#include <doctest/doctest.h>

#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

constexpr WallTime kNoon{20'000 * kDayMilliseconds + kDayMilliseconds / 2};

// A phone whose lease has lapsed, and the supervisor its holder calls.
struct CallForTime : Office {
  Phone& worker = add_person({Role::worker});
  Phone& supervisor = add_person({Role::supervisor});
  LeaseChallenge challenge = lease_challenge(state.id(), worker.id(), kNoon, 0);
  LeaseGrant grant = lease_grant(kNoon, 7).value();

  std::string code() const {
    return make_lease_code(state.id(), supervisor.identity, worker.identity.publics, challenge,
                           grant)
        .value();
  }
  std::optional<LeaseGrant> opened(const std::string& code, const Phone& granter,
                                   const Phone& asker, const LeaseChallenge& shown) const {
    return open_lease_code(state.id(), granter.identity.publics, asker.identity, shown, code)
        .value();
  }
};

}  // namespace

TEST_CASE("a code tells its asker from which day and for how many days") {
  CallForTime call;
  CHECK(call.opened(call.code(), call.supervisor, call.worker, call.challenge) == call.grant);
  CHECK(call.code().size() == 14);
  CHECK(call.grant.day == 20'000);
  CHECK(call.grant.until() == WallTime{20'008 * kDayMilliseconds});
}

TEST_CASE("a code is good for one device, one giver, one challenge and one organisation") {
  CallForTime call;
  const std::string code = call.code();
  CHECK_FALSE(call.opened(code, call.founder(), call.worker, call.challenge));
  CHECK_FALSE(call.opened(code, call.supervisor, call.founder(), call.challenge));
  const auto next = lease_challenge(call.state.id(), call.worker.id(), kNoon, 1);
  CHECK_FALSE(call.opened(code, call.supervisor, call.worker, next));
  CHECK_FALSE(open_lease_code(call.random.make<OrganisationId>(), call.supervisor.identity.publics,
                              call.worker.identity, call.challenge, code)
                  .value());
}

TEST_CASE("the asker cannot turn its own code for another into one for itself") {
  CallForTime call;
  const std::string own =
      make_lease_code(call.state.id(), call.worker.identity, call.supervisor.identity.publics,
                      call.challenge, call.grant)
          .value();
  CHECK_FALSE(call.opened(own, call.supervisor, call.worker, call.challenge));
}

TEST_CASE("a code with any symbol changed grants nothing") {
  CallForTime call;
  const std::string code = call.code();
  for (std::size_t place = 0; place < code.size(); ++place) {
    if (code[place] == '-') continue;
    std::string changed = code;
    changed[place] = changed[place] == '7' ? '8' : '7';
    CHECK_FALSE(call.opened(changed, call.supervisor, call.worker, call.challenge));
  }
}

TEST_CASE("a challenge is read back as it was shown, and depends on the lease and the device") {
  CallForTime call;
  const std::string text = lease_challenge_text(call.challenge);
  CHECK(text.size() == 9);
  CHECK(parse_lease_challenge(text).value() == call.challenge);
  CHECK(parse_lease_challenge("abcd-efg").error().code == ErrorCode::invalid_argument);
  CHECK(lease_challenge(call.state.id(), call.worker.id(), WallTime{1}, 0) != call.challenge);
  CHECK(lease_challenge(call.state.id(), call.supervisor.id(), kNoon, 0) != call.challenge);
}

TEST_CASE("a grant is for one to fourteen days, from a day that can be said") {
  CHECK(lease_grant(kNoon, 1).has_value());
  CHECK(lease_grant(kNoon, 14).has_value());
  CHECK(lease_grant(kNoon, 0).error().code == ErrorCode::invalid_argument);
  CHECK(lease_grant(kNoon, 15).error().code == ErrorCode::invalid_argument);
  CHECK(lease_grant(WallTime{-1}, 1).error().code == ErrorCode::invalid_argument);
  CHECK(lease_grant(WallTime{65'536 * kDayMilliseconds}, 1).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("an administrator sets how long leases run; where nobody did it is fourteen days") {
  Office office;
  CHECK(office.state.lease_days() == 14);
  Phone& supervisor = office.add_person({Role::supervisor});
  CHECK(office.attempt(supervisor, LeaseSet{7}).error().code == ErrorCode::not_authorised);
  CHECK(office.attempt(office.founder(), LeaseSet{14}).error().code == ErrorCode::already_exists);
  CHECK(office.attempt(office.founder(), LeaseSet{91}).error().code == ErrorCode::limit_exceeded);
  for (const std::uint64_t days : {0U, 1U, 90U}) {
    office.append(office.founder(), LeaseSet{days});
    CHECK(office.state.lease_days() == days);
  }
}
