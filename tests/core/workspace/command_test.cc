// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/command.h"

#include <doctest/doctest.h>

#include <set>

using namespace feltbog;
using namespace feltbog::workspace;

TEST_CASE("every row has a name of its own, words in both languages and an example") {
  std::set<std::string_view> names;
  for (const CommandRow* row : command_table()) {
    CAPTURE(row->name);
    CHECK(names.insert(row->name).second);
    CHECK_FALSE(row->summary.english.empty());
    CHECK_FALSE(row->summary.danish.empty());
    CHECK(row->example.starts_with("feltbog "));
    for (const Parameter& parameter : row->parameters) {
      CHECK_FALSE(parameter.help.english.empty());
      CHECK_FALSE(parameter.help.danish.empty());
    }
    CHECK(find_command(row->name) == row);
  }
}

TEST_CASE("queries are idempotent") {
  for (const CommandRow* row : command_table()) {
    if (row->shape == Shape::query) CHECK(row->idempotent);
  }
}

TEST_CASE(
    "a parameter that is missing, of another type or unknown is refused by name, never by "
    "content") {
  const CommandRow* row = find_command("note.write");
  REQUIRE(row != nullptr);
  Value parameters;
  CHECK(check_parameters(*row, parameters).error().detail == "missing: case");
  parameters["case"] = "abcd";
  parameters["text"] = 7;
  CHECK(check_parameters(*row, parameters).error().detail == "text is not of the type text");
  parameters["text"] = "ord";
  CHECK(check_parameters(*row, parameters).has_value());
  parameters["happened"] = "i går";
  CHECK(check_parameters(*row, parameters).error().detail == "happened is not of the type moment");
  parameters["happened"] = "2026-11-18T10:00";
  parameters["Åse Sørensen"] = "noget privat";
  CHECK(check_parameters(*row, parameters).error().detail ==
        "a parameter this command does not have");
}

TEST_CASE("there is no command of an unknown name") { CHECK(find_command("note.burn") == nullptr); }
