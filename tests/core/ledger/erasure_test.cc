// SPDX-License-Identifier: Apache-2.0
// The end of a space: who may erase it, what keeps it, and what its log takes afterwards.
#include <doctest/doctest.h>

#include "core/ledger/space_builder.h"
#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;
using namespace feltbog::ledger::test;

namespace {

struct Shared : Office {
  Phone& worker = add_person({Role::worker});
  Phone& colleague = add_person({Role::worker});
  Phone& outsider = add_person({Role::worker});
  Room room{*this, worker, {{colleague.user, SpaceRole::reader}}};
};

}  // namespace

TEST_CASE("a supervisor among the members erases a space, unless it is held") {
  Shared office;
  const auto erase_by = [&](const Phone& author) {
    return code_of(office.room.attempt(author, SpaceErase{}));
  };
  CHECK(erase_by(office.worker) == ErrorCode::not_authorised);
  CHECK(erase_by(office.founder()) == ErrorCode::not_authorised);  // no member
  office.append(office.founder(), RolesSet{office.worker.user, {Role::supervisor}});
  office.room.take(set_legal_hold(office.room.state, office.state, true, office.worker.identity));
  CHECK(code_of(office.room.attempt(office.worker, LegalHold{true})) == ErrorCode::already_exists);
  CHECK(code_of(office.room.attempt(office.colleague, LegalHold{false})) ==
        ErrorCode::not_authorised);
  CHECK(erase_by(office.worker) == ErrorCode::wrong_state);
  office.room.take(set_legal_hold(office.room.state, office.state, false, office.worker.identity));
  CHECK(code_of(office.room.attempt(office.worker, ErasureDone{})) == ErrorCode::wrong_state);
  office.room.take(erase_space(office.room.state, office.state, {}, office.worker.identity));
  CHECK(office.room.state.erased_at() == office.room.state.head().sequence);
}

TEST_CASE("an erased space takes nothing but the word of those who had a key") {
  Shared office;
  Chain chain{office.room, office.worker, 1, {}};
  chain.write();
  const SealedRun late = chain.seal(1, as_bytes("x")).value();
  office.append(office.founder(), RolesSet{office.worker.user, {Role::supervisor}});
  office.room.take(erase_space(office.room.state, office.state, {}, office.worker.identity));
  CHECK(code_of(office.room.attempt(office.worker, SpaceErase{})) == ErrorCode::erased);
  CHECK(code_of(office.room.attempt(office.worker, LegalHold{true})) == ErrorCode::erased);
  CHECK(code_of(office.room.attempt(office.worker, MemberAdd{{{office.outsider.user}}, {}})) ==
        ErrorCode::erased);
  CHECK(code_of(verify_run(late, office.state, office.room.state, chain.tip)) == ErrorCode::erased);
  CHECK_FALSE(office.room.state.needs_rotation(office.state));
  office.enrol(office.worker.user);
  CHECK(office.room.state.devices_without_key(office.state).empty());
  CHECK(code_of(office.room.attempt(office.outsider, ErasureDone{})) == ErrorCode::not_authorised);
  for (const Phone* phone : {&office.worker, &office.colleague}) {
    CHECK_FALSE(office.room.state.erased_by(phone->id()));
    office.room.take(confirm_erasure(office.room.state, office.state, phone->identity));
    CHECK(office.room.state.erased_by(phone->id()));
    CHECK(code_of(office.room.attempt(*phone, ErasureDone{})) == ErrorCode::already_exists);
  }
}

TEST_CASE("who was removed before can still say that what they had is gone") {
  Shared office;
  office.append(office.founder(), RolesSet{office.worker.user, {Role::supervisor}});
  office.room.remove(office.worker, {office.colleague.user});
  office.room.take(erase_space(office.room.state, office.state, {}, office.worker.identity));
  office.room.take(confirm_erasure(office.room.state, office.state, office.colleague.identity));
  CHECK(office.room.state.erased_by(office.colleague.id()));
}

TEST_CASE("the directory is never erased") {
  Office office;
  Room directory{office, office.founder(), {}, SpaceKind::directory};
  CHECK(code_of(directory.attempt(office.founder(), SpaceErase{})) == ErrorCode::not_authorised);
}
