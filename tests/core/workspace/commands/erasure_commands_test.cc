// SPDX-License-Identifier: Apache-2.0
// The end of a file: nothing of it is left, anywhere it can be reached, and somebody can prove it.
#include <doctest/doctest.h>

#include <algorithm>

#include "core/workspace/core.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Ending {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna", "Bo"});
  SpaceId space;

  Ending() {
    office.sync_all();
    space = TestOffice::space_of(desk, id);
    write(anna, "Borgeren bor på Sangersvej.", "Besøg");
    office.sync_all();
  }
  void write(TestDevice& device, const char* text, const char* title) {
    device.call("note.write", parameters("case", id, "text", text, "title", title));
  }
  Result<Value> erase() {
    return desk.try_call("case.erase", parameters("case", id, "ground", "request"));
  }
  static ErrorCode code_of(const Result<Value>& result) {
    return result ? ErrorCode::internal : result.error().code;
  }
  std::int64_t rows(TestDevice& device, const char* table) {
    auto row = device.workspace().core().database->prepare(std::string("SELECT count(*) FROM ") +
                                                           table + " WHERE space = ?1");
    REQUIRE(row.has_value());
    row->bind(1, space);
    REQUIRE(row->step().has_value());
    return row->integer(0);
  }
  void check_gone(TestDevice& device) {
    for (const char* table : {"batch", "run", "saved_history", "search_row", "chunk"}) {
      CAPTURE(table);
      CHECK(rows(device, table) == 0);
    }
    const auto keys = device.workspace().core().membership.keys(space);
    REQUIRE(keys.has_value());
    CHECK((*keys)->find(1) == nullptr);
    CHECK(device.call("search", parameters("words", "Sangersvej")).items().empty());
    CHECK(code_of(device.try_call("case.show", parameters("case", id))) == ErrorCode::not_found);
  }
  Value proof(TestDevice& device) {
    return device.call("case.erase", parameters("case", id, "proof", true));
  }
  std::string standing(const Value& proof, const char* user) {
    const Value holders = proof["holders"];
    for (const Value& row : holders.items()) {
      if (row["user"] == Value(user)) return row["standing"].text_or("");
    }
    return {};
  }
};

}  // namespace

TEST_CASE("an erased file is gone on the server and on every device, and each of them says so") {
  Ending ending;
  REQUIRE(ending.erase().has_value());
  // Until the server has taken it, the file is there.
  ending.desk.call("case.show", parameters("case", ending.id));
  ending.office.sync(ending.desk);
  ending.check_gone(ending.desk);
  CHECK(ending.standing(ending.proof(ending.desk), "Anna") == "not_confirmed");
  ending.office.sync_all();
  ending.office.sync_all();
  for (TestDevice* device : {&ending.desk, &ending.anna, &ending.bo}) {
    ending.check_gone(*device);
    device->reopen();
    ending.check_gone(*device);
  }
  const Value proof = ending.proof(ending.desk);
  for (const char* user : {"Karen", "Anna", "Bo"}) CHECK(ending.standing(proof, user) == "erased");
  CHECK(proof["not_confirmed"] == Value(0));
  CHECK(proof["ground"] == Value("request"));
  CHECK(proof["by"] == Value("Karen"));
  const Value listed = ending.anna.call("case.erased");
  REQUIRE(listed.items().size() == 1);
  CHECK(listed.items()[0]["unsent"] == Value(0));
}

TEST_CASE("the server keeps headers that can be followed, and nothing that could be opened") {
  Ending ending;
  REQUIRE(ending.erase().has_value());
  ending.office.sync(ending.desk);
  const DeviceId anna = ending.anna.workspace().core().identity.id;
  const auto runs = ending.office.relay().read_runs(anna, ending.space, 0, {100, 1 << 20});
  REQUIRE(runs.has_value());
  CHECK_FALSE(runs->runs.empty());
  for (const auto& item : runs->runs) {
    const auto run = ledger::SealedRun::decode(item.run);
    REQUIRE(run.has_value());
    CHECK_FALSE(run->body.has_value());
    CHECK(
        ledger::check_run_signature(*run, ending.desk.workspace().core().membership.organisation())
            .has_value());
  }
  sync::Admission reader;
  reader.device = anna;
  const auto records = ending.office.relay().read_records(reader, ending.space, 1, {100, 1 << 20});
  REQUIRE(records.has_value());
  ledger::SpaceState state;
  for (const auto& item : *records) {
    CHECK(item.wraps.empty());
    const auto record = ledger::Record::decode(item.record);
    REQUIRE(record.has_value());
    CHECK(
        state.apply(*record, ending.desk.workspace().core().membership.organisation()).has_value());
  }
  CHECK(state.erased_at() != 0);
  CHECK(ending.office.relay().counts()->chunks == 0);
}

TEST_CASE("the proof is the signed log, which anybody with the organisation's log can follow") {
  Ending ending;
  REQUIRE(ending.erase().has_value());
  ending.office.sync_all();
  const Value proof = ending.proof(ending.desk);
  ledger::SpaceState state;
  const Value records = proof["records"];
  for (const Value& encoded : records.items()) {
    const auto record = ledger::Record::decode(from_hex(encoded.text_or("")).value());
    REQUIRE(record.has_value());
    REQUIRE(
        state.apply(*record, ending.bo.workspace().core().membership.organisation()).has_value());
  }
  CHECK(to_hex(state.id().view()) == proof["space"].text_or(""));
  CHECK(static_cast<std::int64_t>(state.erased_at()) == proof["erased_by_record"].integer_or(0));
}

TEST_CASE("a device that was away erases what it has when it comes back, unsent words included") {
  Ending ending;
  ending.write(ending.anna, "Aldrig sendt.", "Sent");
  REQUIRE(ending.erase().has_value());
  ending.office.sync(ending.desk);
  ending.office.sync(ending.anna);
  ending.office.sync(ending.anna);
  ending.check_gone(ending.anna);
  const Value listed = ending.anna.call("case.erased");
  CHECK(listed.items()[0]["unsent"] == Value(1));
  CHECK(ending.anna.call("status")["all_sent"] == Value(true));
  ending.office.sync(ending.desk);
  CHECK(ending.standing(ending.proof(ending.desk), "Anna") == "erased");
  CHECK(ending.standing(ending.proof(ending.desk), "Bo") == "not_confirmed");
}

TEST_CASE("a file under a legal hold is not erased, also when the hold won the race") {
  Ending ending;
  TestDevice& leader = ending.office.add("Lone", "supervisor");
  ending.desk.call("case.hold", parameters("case", ending.id));
  CHECK(Ending::code_of(ending.erase()) == ErrorCode::wrong_state);
  ending.desk.call("case.hold", parameters("case", ending.id, "lift", true));
  REQUIRE(ending.erase().has_value());
  CHECK(Ending::code_of(ending.erase()) == ErrorCode::already_exists);
  ending.office.sync_all();
  CHECK(ending.proof(ending.desk)["case"] == Value(ending.id));
  CHECK(leader.call("case.erased").items().empty());  // never a member
}

TEST_CASE("only somebody responsible erases, and nobody writes in what is erased") {
  Ending ending;
  CHECK(Ending::code_of(ending.anna.try_call("case.erase",
                                             parameters("case", ending.id, "ground", "request"))) ==
        ErrorCode::not_permitted);
  CHECK(Ending::code_of(ending.desk.try_call("case.erase", parameters("case", ending.id))) ==
        ErrorCode::invalid_argument);
  CHECK(Ending::code_of(ending.desk.try_call(
            "case.erase", parameters("case", ending.id, "proof", true))) == ErrorCode::wrong_state);
  REQUIRE(ending.erase().has_value());
  CHECK(Ending::code_of(ending.desk.try_call(
            "note.write", parameters("case", ending.id, "text", "Sent", "title", "S"))) ==
        ErrorCode::erased);
  ending.office.sync_all();
  CHECK(Ending::code_of(ending.erase()) == ErrorCode::erased);
}

TEST_CASE("what was handed to an archive is named in the erasing record") {
  Ending ending;
  const Value archive = ending.desk.call("case.archive", parameters("case", ending.id));
  const std::string hash = archive["hash"].text_or("");
  CHECK(hash.size() == 64);
  const Value documents = archive["content"]["documents"];
  const bool has_note =
      std::any_of(documents.items().begin(), documents.items().end(), [](const Value& each) {
        const Value fields = each["fields"];
        return fields["body"]["text"] == Value("Borgeren bor på Sangersvej.");
      });
  CHECK(has_note);
  // The same file gives the same archive.
  ending.desk.reopen();
  CHECK(ending.desk.call("case.archive", parameters("case", ending.id))["hash"] == Value(hash));
  ending.desk.call("case.erase",
                   parameters("case", ending.id, "ground", "retention_over", "archive", hash));
  ending.office.sync_all();
  CHECK(ending.proof(ending.desk)["archive"] == Value(hash));
  CHECK(ending.proof(ending.desk)["ground"] == Value("retention_over"));
}

TEST_CASE("a member who was removed before is told to erase what it was once given") {
  Ending ending;
  auto& core = ending.desk.workspace().core();
  const auto keys = core.membership.keys(ending.space);
  REQUIRE(keys.has_value());
  const auto* bo = core.membership.organisation().device(ending.bo.workspace().core().identity.id);
  REQUIRE(core.durably([&]() -> Result<bool> {
                FELTBOG_TRY(
                    step, ledger::remove_members(core.membership.space(ending.space)->state,
                                                 core.membership.organisation(), **keys, {bo->user},
                                                 {}, core.identity, ending.desk.random));
                FELTBOG_CHECK(core.membership.append(ending.space, step.step));
                return true;
              })
              .has_value());
  ending.office.sync_all();
  REQUIRE(ending.erase().has_value());
  ending.office.sync_all();
  ending.office.sync_all();
  ending.check_gone(ending.bo);
  CHECK(ending.standing(ending.proof(ending.desk), "Bo") == "erased");
}
