// SPDX-License-Identifier: Apache-2.0
// A phone is lost on Monday and reported on Wednesday: what came from it in between.
#include <doctest/doctest.h>

#include "core/workspace/core.h"
#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

constexpr std::int64_t kHour = 3'600'000;

struct Lost {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  std::string id = office.refer({"Anna", "Bo"});

  // Anna's phone writes an honest line, gets lost at 13:00, and writes another; Bo writes on top.
  Lost() {
    office.sync_all();
    write(anna, "Borgeren sov.");
    office.sync_all();
    pass(3);
    append(anna, "Nøglen er væk.");
    office.sync_all();
    append(bo, "Bo ringede på.");
    office.sync_all();
  }
  void pass(int hours) {
    for (TestDevice* device : {&desk, &anna, &bo}) device->clock.advance(hours * kHour);
  }
  void write(TestDevice& device, const char* words) {
    device.call("note.write", parameters("case", id, "text", words, "title", "N"));
  }
  void append(TestDevice& device, const char* words) {
    device.call("note.append", parameters("case", id, "note", "N", "text", words));
  }
  void report_lost() {
    desk.call("device.revoke", parameters("device", "Anna", "lost_at", "2026-11-02T13:00"));
    sync_rest();
  }
  void sync_rest() {
    for (int round = 0; round < 2; ++round) {
      office.sync(desk);
      office.sync(bo);
    }
  }
  std::string text(TestDevice& device) {
    return device.call("note.show", parameters("case", id, "note", "N"))["text"].text_or({});
  }
  Value state(TestDevice& device) {
    return device.call("case.show", parameters("case", id))["state_hash"];
  }
  // The only one held back.
  std::string held(TestDevice& device) {
    const Value list = device.call("held.list");
    REQUIRE(list.items().size() == 1);
    return list.items().front()["id"].text_or({});
  }
};

}  // namespace

TEST_CASE("what a lost phone sent is held back, and what others wrote on top of it stands") {
  Lost test;
  CHECK(test.text(test.bo) == "Borgeren sov.\nNøglen er væk.\nBo ringede på.");
  test.report_lost();
  for (TestDevice* device : {&test.desk, &test.bo}) {
    CHECK(test.text(*device) == "Borgeren sov.\nBo ringede på.");
    CHECK(device->call("search", parameters("words", "Nøglen")).items().empty());
    CHECK_FALSE(device->call("search", parameters("words", "ringede")).items().empty());
    device->reopen();
    CHECK(test.text(*device) == "Borgeren sov.\nBo ringede på.");
  }
  CHECK(test.state(test.desk) == test.state(test.bo));
}

TEST_CASE("what is held back stays so in a file that is opened from its saved history") {
  Lost test;
  for (int i = 0; i < 40; ++i) test.append(test.bo, "Igen.");
  test.office.sync(test.bo);
  test.report_lost();
  const std::string before = test.text(test.bo);
  REQUIRE(test.bo.workspace().rest().has_value());
  auto saved = test.bo.workspace().core().database->prepare("SELECT 1 FROM saved_history").value();
  REQUIRE(saved.step().value());
  saved.reset();
  test.bo.reopen();
  CHECK(test.text(test.bo) == before);
  CHECK(test.state(test.bo) == test.state(test.desk));
  test.desk.call("held.adopt", parameters("run", test.held(test.desk)));
  test.sync_rest();
  CHECK(test.text(test.bo).find("Nøglen er væk.") != std::string::npos);
  CHECK(test.state(test.bo) == test.state(test.desk));
}

TEST_CASE("a supervisor sees what was held back, and lets it count or not, and may think again") {
  Lost test;
  test.report_lost();
  const std::string run = test.held(test.desk);
  const Value shown = test.desk.call("held.show", parameters("run", run));
  CHECK(shown["by"] == Value("Anna"));
  CHECK(shown["standing"] == Value("held_back"));
  REQUIRE(shown["acts"].items().size() == 1);
  CHECK(shown["acts"].items()[0]["wrote"] == Value("\nNøglen er væk."));

  test.desk.call("held.adopt", parameters("run", run));
  CHECK(test.text(test.desk) == "Borgeren sov.\nNøglen er væk.\nBo ringede på.");
  test.sync_rest();
  CHECK(test.text(test.bo) == "Borgeren sov.\nNøglen er væk.\nBo ringede på.");
  CHECK(test.bo.call("held.show", parameters("run", run))["standing"] == Value("adopted"));
  CHECK(test.state(test.desk) == test.state(test.bo));

  test.desk.call("held.reject", parameters("run", run));
  test.sync_rest();
  CHECK(test.text(test.bo) == "Borgeren sov.\nBo ringede på.");
  CHECK(test.bo.call("held.show", parameters("run", run))["standing"] == Value("rejected"));
  CHECK(test.state(test.desk) == test.state(test.bo));
}

TEST_CASE("a worker sees what was held back and cannot decide about it") {
  Lost test;
  test.report_lost();
  const std::string run = test.held(test.bo);
  const auto decided = test.bo.try_call("held.adopt", parameters("run", run));
  REQUIRE_FALSE(decided.has_value());
  CHECK(decided.error().code == ErrorCode::not_permitted);
  CHECK(test.text(test.bo) == "Borgeren sov.\nBo ringede på.");
  const auto unknown = test.desk.try_call("held.adopt", parameters("run", "zzzzzzzz"));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == ErrorCode::not_found);
}

TEST_CASE("who hears of everything at once shows the same as who heard of it one after another") {
  Lost test;
  TestDevice& carl = test.office.add("Carl");
  test.desk.call("device.revoke", parameters("device", "Anna", "lost_at", "2026-11-02T13:00"));
  test.sync_rest();
  // Another phone of Bo's has nothing yet.
  TestDevice& second = test.office.add("Bo");
  test.sync_rest();
  test.office.sync(second);
  CHECK(test.text(second) == "Borgeren sov.\nBo ringede på.");
  CHECK(test.state(second) == test.state(test.desk));
  CHECK(carl.call("held.list").items().empty());
}

TEST_CASE("a lost phone is told apart by what it could read, and can read nothing new") {
  Lost test;
  std::string phone;
  const Value devices = test.desk.call("device.list");
  for (const Value& device : devices.items()) {
    if (device["user"] == Value("Anna")) phone = device["id"].text_or({});
  }
  const auto report = [&](TestDevice& device) {
    return device.call("device.report", parameters("device", phone));
  };
  CHECK(report(test.desk)["reads_new"] == Value(true));
  test.report_lost();
  const Value after = report(test.desk);
  CHECK(after["standing"] == Value("revoked"));
  CHECK(test.desk.call("device.report", parameters("device", "Anna")) == after);
  CHECK(after["reads_new"] == Value(false));
  CHECK(after["lost_at"] == Value("2026-11-02T13:00"));
  REQUIRE(after["files"].items().size() == 1);
  CHECK(after["files"].items()[0]["runs_received"] == Value(2));
  CHECK(after["held_back"] == Value(1));
}

TEST_CASE("only who may revoke does, and only an administrator orders a wipe") {
  Lost test;
  const auto code = [](Result<Value> result) {
    return result ? ErrorCode::internal : result.error().code;
  };
  CHECK(code(test.bo.try_call("device.revoke", parameters("device", "Anna"))) ==
        ErrorCode::not_authorised);
  CHECK(code(test.bo.try_call("device.wipe", parameters("device", "Anna"))) ==
        ErrorCode::not_permitted);
  CHECK(code(test.desk.try_call("device.revoke", parameters("device", "Nobody"))) ==
        ErrorCode::not_found);
  CHECK(code(test.desk.try_call("device.revoke",
                                parameters("device", "Anna", "lost_at", "2026-12-24T10:00"))) ==
        ErrorCode::invalid_argument);
  test.desk.call("device.wipe", parameters("device", "Anna"));
  const Value devices = test.desk.call("device.list");
  int ordered = 0;
  for (const Value& device : devices.items()) {
    if (device["standing"] == Value("wipe_ordered")) ++ordered;
  }
  CHECK(ordered == 1);
}
