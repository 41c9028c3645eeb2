// SPDX-License-Identifier: Apache-2.0
// Rows of a watched query.
#include "apps/cli/watch_rows.h"

#include <doctest/doctest.h>

namespace feltbog::cli {
namespace {

Value row(std::string_view id, int number) {
  Value out;
  out["id"] = id;
  out["number"] = number;
  return out;
}

TEST_CASE("updates replace, add and remove rows; a reset starts anew") {
  WatchRows rows;
  Value first;
  first["reset"] = true;
  first["rows"].push_back(row("a", 1));
  first["rows"].push_back(row("b", 2));
  rows.apply(first);
  CHECK(rows.rows().size() == 2);
  Value second;
  second["reset"] = false;
  second["rows"].push_back(row("a", 3));
  second["rows"].push_back(row("c", 4));
  second["removed"].push_back("b");
  rows.apply(second);
  CHECK(rows.rows() == Value::List{row("a", 3), row("c", 4)});
  rows.apply(first);
  CHECK(rows.rows() == Value::List{row("a", 1), row("b", 2)});
}

}  // namespace
}  // namespace feltbog::cli
