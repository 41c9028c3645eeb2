// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/membership.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/workspace/core.h"
#include "tests/core/workspace/forger.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

bool has_user(TestDevice& device, const std::string& name) {
  const Value users = device.call("user.list");
  return std::any_of(users.items().begin(), users.items().end(),
                     [&name](const Value& row) { return row["name"] == Value(name); });
}

ledger::Replica& replica(TestDevice& device) { return device.workspace().replica(); }

const workspace::Membership& membership(TestDevice& device) {
  return device.workspace().core().membership;
}

std::string invite_offline(TestDevice& device, const std::string& name) {
  return device
      .call("user.invite", parameters("name", name, "role", Value::List{Value("worker")}))["invite"]
      .text_or({});
}

// Two administrators who are offline at the same time.
struct Race {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& bodil = office.add("Bodil", "administrator");
};

}  // namespace

TEST_CASE("what two administrators did apart stands in both logs, whoever came first") {
  Race race;
  invite_offline(race.desk, "Xenia");
  const std::string invite = invite_offline(race.bodil, "Yrsa");
  race.office.sync(race.desk);
  race.office.sync(race.bodil);  // lost the race; made anew
  race.office.sync_all();
  for (TestDevice* device : {&race.desk, &race.bodil}) {
    CHECK(has_user(*device, "Xenia"));
    CHECK(has_user(*device, "Yrsa"));
    CHECK(device->call("status")["all_sent"] == Value(true));
  }
  // The invite that was handed out before the race was lost is good.
  TestDevice& yrsa = race.office.add_stranger();
  REQUIRE(yrsa.workspace().accept_invite(ledger::Invite::parse(invite).value()).has_value());
  race.office.sync(yrsa);
  CHECK(yrsa.workspace().stage() == workspace::Stage::member);
}

TEST_CASE("a file made offline survives a lost race with every word in it") {
  Race race;
  invite_offline(race.desk, "Xenia");
  invite_offline(race.bodil, "Yrsa");
  const std::string id =
      race.bodil.call("case.new", parameters("citizen", "Åse F"))["case"].text_or({});
  race.bodil.call("note.write", parameters("case", id, "text", "Ord", "title", "N"));
  race.office.sync(race.desk);
  race.office.sync(race.bodil);
  race.bodil.reopen();
  CHECK(race.bodil.call("note.show", parameters("case", id, "note", "N"))["text"] == Value("Ord"));
  race.office.sync(race.bodil);
  CHECK(race.bodil.call("status")["all_sent"] == Value(true));
}

TEST_CASE("members added by two people at once are members once") {
  Race race;
  TestDevice& anna = race.office.add("Anna");
  race.office.sync_all();
  invite_offline(race.desk, "Xenia");  // both add to the directory
  invite_offline(race.bodil, "Xenia2");
  race.office.sync(race.bodil);
  race.office.sync(race.desk);
  race.office.sync_all();
  CHECK(has_user(anna, "Xenia"));
  CHECK(has_user(anna, "Xenia2"));
  const auto head = [&](TestDevice& device) { return membership(device).organisation().head(); };
  CHECK(head(anna) == head(race.desk));
  CHECK(head(race.bodil) == head(race.desk));
}

TEST_CASE("a record that is refused for good takes no other record along") {
  Race race;
  invite_offline(race.bodil, "Yrsa");
  const std::string id =
      race.bodil.call("case.new", parameters("citizen", "Åse F"))["case"].text_or({});
  race.bodil.call("note.write", parameters("case", id, "text", "Ord", "title", "N"));
  const auto waiting = replica(race.bodil).records_to_send(1 << 20);
  REQUIRE(waiting.has_value());
  REQUIRE_FALSE(waiting->front().log.has_value());
  REQUIRE(replica(race.bodil)
              .record_refused(std::nullopt, waiting->front().sequence, ErrorCode::not_authorised)
              .has_value());
  CHECK(race.bodil.call("note.show", parameters("case", id, "note", "N"))["text"] == Value("Ord"));
  CHECK(race.bodil.workspace().has_local_work());
  race.office.sync(race.bodil);
  race.office.sync(race.bodil);
  CHECK(race.bodil.call("status")["all_sent"] == Value(true));
}

TEST_CASE(
    "a file the server will not have stays readable, is told of, and is offered again later") {
  Race race;
  const std::string id =
      race.bodil.call("case.new", parameters("citizen", "Åse F"))["case"].text_or({});
  race.bodil.call("note.write", parameters("case", id, "text", "Ord", "title", "N"));
  const SpaceId space = TestOffice::space_of(race.bodil, id);
  REQUIRE(replica(race.bodil).record_refused(space, 1, ErrorCode::not_authorised).has_value());
  for (const bool restarted : {false, true}) {
    if (restarted) race.bodil.reopen();
    CHECK(race.bodil.call("note.show", parameters("case", id, "note", "N"))["text"] ==
          Value("Ord"));
    const Value status = race.bodil.call("status");
    CHECK(status["all_sent"] == Value(false));
    CHECK(status["membership_records_refused"] == Value(1));
    const auto offered = replica(race.bodil).records_to_send(1 << 20);
    REQUIRE(offered.has_value());
    for (const auto& record : *offered) CHECK(record.log != space);
  }
  invite_offline(race.desk, "Xenia");  // something changes in the organisation
  race.office.sync(race.desk);
  race.office.sync(race.bodil);
  race.office.sync(race.bodil);
  CHECK(race.bodil.call("status")["all_sent"] == Value(true));
}

TEST_CASE("an answer about a record that is not here is an error and changes nothing") {
  Race race;
  const auto head = membership(race.bodil).organisation().head();
  CHECK(replica(race.bodil).record_accepted(std::nullopt, head.sequence + 1).error().code ==
        ErrorCode::not_found);
  CHECK(replica(race.bodil).record_accepted(race.office.random().make<SpaceId>(), 1).error().code ==
        ErrorCode::not_found);
  CHECK(membership(race.bodil).organisation_accepted() == head.sequence);
  REQUIRE(replica(race.bodil)
              .record_refused(std::nullopt, head.sequence + 1, ErrorCode::malformed)
              .has_value());
  CHECK(membership(race.bodil).organisation().head() == head);
}

TEST_CASE("an acceptance that comes twice changes nothing the second time") {
  Race race;
  const std::uint64_t revision = race.bodil.workspace().revision();
  const auto head = membership(race.bodil).organisation().head();
  REQUIRE(replica(race.bodil).record_accepted(std::nullopt, head.sequence).has_value());
  CHECK(race.bodil.workspace().revision() == revision);
}

TEST_CASE("keys that the log does not announce are not stored in place of those it does") {
  Race race;
  const std::string id = race.office.refer({"Bodil"});
  race.office.sync(race.desk);
  const SpaceId space = TestOffice::space_of(race.desk, id);
  const auto known = membership(race.bodil).organisation().head().sequence;
  const auto organisation = records_on_server(race.office, race.desk, std::nullopt, known + 1);
  if (!organisation.empty()) {
    REQUIRE(replica(race.bodil).store_records(std::nullopt, known + 1, organisation).has_value());
  }
  const auto genuine = records_on_server(race.office, race.desk, space, 1);
  auto changed = genuine;
  changed.front().wraps.back() ^= 1;
  CHECK(replica(race.bodil).store_records(space, 1, changed).error().code == ErrorCode::malformed);
  CHECK(membership(race.bodil).space(space) == nullptr);
  REQUIRE(replica(race.bodil).store_records(space, 1, genuine).has_value());
  race.office.sync(race.bodil);
  CHECK((*race.bodil.workspace().core().files.open(space))->history.change_count() > 0);
}

TEST_CASE("records that are not those the server named, or leave a gap, are refused") {
  Race race;
  const auto head = membership(race.bodil).organisation().head().sequence;
  invite_offline(race.desk, "Xenia");
  race.office.sync(race.desk);
  const auto records = records_on_server(race.office, race.desk, std::nullopt, head + 1);
  REQUIRE(records.size() >= 2);
  CHECK(replica(race.bodil)
            .store_records(std::nullopt, head + 2, std::span(records).subspan(1))
            .error()
            .code == ErrorCode::broken_chain);
  CHECK(replica(race.bodil)
            .store_records(std::nullopt, head + 1, std::span(records).subspan(1))
            .error()
            .code == ErrorCode::malformed);
  CHECK(membership(race.bodil).organisation().head().sequence == head);
}

TEST_CASE("another record at an accepted place is a fork, and what stands stays") {
  Race race;
  auto records = records_on_server(race.office, race.desk, std::nullopt, 1);
  auto second = ledger::Record::decode(records[1].record);
  REQUIRE(second.has_value());
  second->signature.bytes[3] ^= 1;
  const ledger::RecordItem other{second->encode(), {}};
  const auto head = membership(race.bodil).organisation().head();
  CHECK(replica(race.bodil).store_records(std::nullopt, 2, {&other, 1}).error().code ==
        ErrorCode::fork_detected);
  CHECK(membership(race.bodil).organisation().head() == head);
}

TEST_CASE("whoever syncs first gives a colleague's new device its keys") {
  Race race;
  TestDevice& anna = race.office.add("Anna");
  const std::string id = race.office.refer({"Bodil", "Anna"});
  race.office.sync_all();
  const ledger::Invite invite = race.office.invite("Anna");  // a second phone
  TestDevice& second = race.office.add_stranger();
  REQUIRE(second.workspace().accept_invite(invite).has_value());
  race.office.sync(second);
  race.office.sync(anna);  // her first phone does it, not the desk
  race.office.sync(second);
  second.call("case.show", parameters("case", id));
  CHECK(second.call("status")["runs_set_aside"] == Value(0));
}
