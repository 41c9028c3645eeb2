// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>

#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;

namespace {

struct Audited {
  TestOffice office{1};
  TestDevice& desk = office.desk();
  TestDevice& anna = office.add("Anna");
  TestDevice& bo = office.add("Bo");
  TestDevice& rita = office.add("Rita", "auditor");
  std::string id = office.refer({"Anna", "Bo"});
  std::string other = office.refer({"Bo"}, "Bo F");

  Audited() {
    office.sync_all();
    anna.call("case.show", parameters("case", id));
    anna.clock.advance(60'000);
    anna.call("search", parameters("words", "Åse"));
    bo.clock.advance(120'000);
    bo.call("case.show", parameters("case", id));
    bo.clock.advance(24 * 3'600'000);
    bo.call("case.show", parameters("case", other));
    office.sync_all();
  }
  Value list(Value given = {}) { return rita.call("access-log.list", std::move(given)); }
};

Value cases(const std::string& id) {
  Value out;
  out["case"].push_back(id);
  return out;
}

ErrorCode code_of(const Result<Value>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

}  // namespace

TEST_CASE("the auditor sees who looked at what, when and why, and can ask for a part of it") {
  Audited test;
  const Value of_case = test.list(cases(test.id));
  REQUIRE(of_case.items().size() == 3);
  const Value& first = of_case.items()[0];
  CHECK(first["user"] == Value("Anna"));
  CHECK(first["action"] == Value("case.show"));
  CHECK(first["time"] == Value("2026-11-02T11:00"));
  CHECK(first["purpose"] == Value("own case"));
  CHECK(first["cases"].items().front() == Value(test.id));
  CHECK(of_case.items()[1]["searched_for"] == Value("Åse"));
  CHECK(of_case.items()[2]["user"] == Value("Bo"));
  const Value of_bo = test.list(parameters("user", "Bo"));
  CHECK(of_bo.items().size() == 2);
  CHECK(test.list(parameters("user", "Bo", "from", "2026-11-03")).items().size() == 1);
  CHECK(test.list(parameters("user", "Bo", "to", "2026-11-02")).items().size() == 1);
  CHECK(code_of(test.rita.try_call("access-log.list", cases("zzzzzz"))) == ErrorCode::not_found);
  CHECK(code_of(test.rita.try_call("access-log.list", cases("ab"))) == ErrorCode::invalid_argument);
}

TEST_CASE("only auditors read the access log; while there is none, administrators do") {
  Audited test;
  for (TestDevice* device : {&test.desk, &test.anna}) {
    for (const char* name : {"access-log.list", "access-log.export", "access-log.sample"}) {
      Value given = cases(test.id);
      if (name == std::string_view("access-log.sample")) given = parameters("size", 1);
      CHECK(code_of(device->try_call(name, given)) == ErrorCode::not_permitted);
    }
  }
  TestOffice small;
  TestDevice& anna = small.add("Anna");
  const std::string id = small.refer({"Anna"});
  small.sync_all();
  anna.call("case.show", parameters("case", id));
  small.sync_all();
  const Value seen = small.desk().call("access-log.list", parameters("user", "Anna"));
  CHECK(seen.items().size() == 1);
  CHECK(seen.items().front()["readable"] == Value(true));
}

TEST_CASE("a citizen is told when and why, and is not told by whom") {
  Audited test;
  const Value rows = test.rita.call("access-log.export", cases(test.id));
  REQUIRE(rows.items().size() == 3);
  std::set<std::string> fields;
  for (const Value& row : rows.items()) {
    for (const auto& [name, value] : *row.map()) fields.insert(name);
  }
  CHECK(fields == std::set<std::string>{"id", "kind", "person", "purpose", "roles", "time"});
  CHECK(rows.items()[0]["kind"] == Value("view"));
  CHECK(rows.items()[0]["person"] == rows.items()[1]["person"]);
  CHECK(rows.items()[0]["person"] != rows.items()[2]["person"]);
  CHECK(rows.items()[0]["roles"].items().front() == Value("worker"));
}

TEST_CASE("a sample is as large as asked for, and the same from the same seed") {
  Audited test;
  const auto sample = [&](std::int64_t size, std::int64_t seed) {
    return test.rita.call("access-log.sample", parameters("size", size, "seed", seed));
  };
  CHECK(sample(2, 1).items().size() == 2);
  CHECK(sample(3, 5) == sample(3, 5));
  std::set<std::string> drawn;
  for (std::int64_t seed = 0; seed < 100; ++seed) {
    drawn.insert(sample(1, seed).items().front()["id"].text_or({}));
  }
  const Value all = sample(1000, 0);
  CHECK(drawn.size() == all.items().size());
  CHECK(all.items().size() == 6);
  CHECK(code_of(test.rita.try_call("access-log.sample", parameters("size", 0))) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("reading the access log is in the access log") {
  Audited test;
  test.rita.call("access-log.export", cases(test.id));
  test.office.sync_all();
  const Value own = test.list(parameters("user", "Rita"));
  REQUIRE(own.items().size() == 1);
  CHECK(own.items().front()["action"] == Value("access-log.export"));
  CHECK(own.items().front()["kind"] == Value("extract"));
  CHECK(own.items().front()["cases"].items().front() == Value(test.id));
}
