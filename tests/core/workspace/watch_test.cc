// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/watch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "tests/support/test_office.h"

using namespace feltbog;
using namespace feltbog::testing;
using workspace::Watch;

namespace {

// A reader that keeps its rows by what updates say.
struct Screen {
  std::vector<std::string> order;
  std::map<std::string, Value> rows;

  void apply(const Value& update) {
    if (update["reset"] == Value(true)) {
      order.clear();
      rows.clear();
    }
    for (const Value& id : update["removed"].items()) {
      std::erase(order, *id.text());
      rows.erase(*id.text());
    }
    for (const Value& row : update["rows"].items()) {
      const std::string id = row["id"].text_or({});
      if (!rows.contains(id)) order.push_back(id);
      rows[id] = row;
    }
    if (update["order"].is_null()) return;
    order.clear();
    for (const Value& id : update["order"].items()) order.push_back(*id.text());
  }
  bool shows(const Value& result) const {
    return std::equal(order.begin(), order.end(), result.items().begin(), result.items().end(),
                      [this](const std::string& id, const Value& row) {
                        return row["id"] == Value(id) && rows.at(id) == row;
                      });
  }
};

Watch open(TestDevice& device, const char* query, Value given = {}) {
  const workspace::CallContext context{casework::Language::english, std::nullopt};
  auto watch = Watch::open(device.workspace(), query, std::move(given), context);
  REQUIRE(watch.has_value());
  return std::move(watch).value();
}

}  // namespace

TEST_CASE("a screen that follows a watch shows the rows of the query in its order") {
  TestOffice office(1);
  TestDevice& desk = office.desk();
  Watch watch = open(desk, "due");
  Screen screen;
  const auto look = [&] {
    auto update = watch.poll();
    REQUIRE(update.has_value());
    if (*update) screen.apply(**update);
    CHECK(screen.shows(desk.call("due")));
  };
  look();
  const std::string first = office.refer({"Karen"}, "Åse F");
  look();
  desk.clock.advance(3LL * 24 * 3600 * 1000);
  const std::string second = office.refer({"Karen"}, "Bent F");
  look();
  REQUIRE(screen.order.size() > 2);
  desk.call("contact.log", parameters("case", first, "channel", "phone", "result", "no_answer"));
  look();
  desk.call("outcome.record", parameters("case", second, "outcome", "contact.declined"));
  look();
}

TEST_CASE("rows that only move are told by their order alone") {
  TestOffice office(2);
  TestDevice& desk = office.desk();
  const std::string first = office.refer({"Karen"}, "Åse F");
  Watch watch = open(desk, "due");
  REQUIRE(watch.poll().has_value());
  const auto none = watch.poll();
  REQUIRE(none.has_value());
  CHECK_FALSE(none->has_value());
}

TEST_CASE("a new day is a reason to look again") {
  TestOffice office(3);
  TestDevice& desk = office.desk();
  office.refer({"Karen"});
  Watch watch = open(desk, "due");
  REQUIRE(watch.poll()->has_value());
  desk.clock.advance(3600 * 1000);
  CHECK_FALSE(watch.poll()->has_value());
  desk.clock.advance(13LL * 24 * 3600 * 1000);
  const auto later = watch.poll();
  REQUIRE(later.has_value());
  CHECK(later->has_value());
}

TEST_CASE("a reader that saw this revision is told nothing until something changes") {
  TestOffice office(4);
  TestDevice& desk = office.desk();
  auto watch = Watch::open(desk.workspace(), "case.list", {}, {}, desk.workspace().revision());
  REQUIRE(watch.has_value());
  CHECK_FALSE(watch->poll()->has_value());
  desk.call("case.new", parameters("citizen", "Åse F"));
  const auto update = watch->poll();
  REQUIRE((update.has_value() && update->has_value()));
  CHECK((**update)["reset"] == Value(false));
  CHECK((**update)["rows"].items().size() == 1);
}

TEST_CASE("a query of one record is watched as one row") {
  TestOffice office(5);
  Watch watch = open(office.desk(), "status");
  const auto first = watch.poll();
  REQUIRE((first.has_value() && first->has_value()));
  REQUIRE((**first)["rows"].items().size() == 1);
  CHECK((**first)["rows"].items().front()["stage"] == Value("member"));
}

TEST_CASE("commands and names that do not exist are not watched") {
  TestOffice office(6);
  CHECK(Watch::open(office.desk().workspace(), "note.write", {}, {}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(Watch::open(office.desk().workspace(), "none", {}, {}).error().code ==
        ErrorCode::unknown_command);
}
