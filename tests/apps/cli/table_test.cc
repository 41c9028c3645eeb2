// SPDX-License-Identifier: Apache-2.0
// Aligned columns.
#include "apps/cli/table.h"

#include <doctest/doctest.h>

#include "apps/cli/text_width.h"

namespace feltbog::cli {
namespace {

TEST_CASE("columns line up though letters take several bytes") {
  CHECK(format_table({{"Navn"}, {"Antal", true}}, {{"Åse", "7"}, {"Jørgen 🚲", "12"}}, {}) ==
        "Navn       Antal\n"
        "Åse            7\n"
        "Jørgen 🚲     12\n");
}

TEST_CASE("a table is cut to the terminal, the widest column first") {
  Terminal terminal;
  terminal.is_terminal = true;
  terminal.width = 24;
  const std::string table =
      format_table({{"Id"}, {"Tekst"}}, {{"abc123", "En lang linje om et besøg i byen"}}, terminal);
  CHECK(table == "Id      Tekst\nabc123  En lang linje o…\n");
}

TEST_CASE("a column without any value is left out") {
  CHECK(format_table({{"A"}, {"B"}, {"C"}}, {{"1", "", "3"}}, {}) == "A  C\n1  3\n");
  CHECK(format_table({{"A"}}, {{""}}, {}).empty());
}

TEST_CASE("no terminal is so narrow that a table fails") {
  Terminal terminal;
  terminal.is_terminal = true;
  for (std::size_t width = 1; width < 60; ++width) {
    terminal.width = width;
    const std::string table = format_table({{"Første"}, {"Anden"}, {"Tredje"}},
                                           {{"ærø", "ωμέγα", "日本語の文"}}, terminal);
    CHECK(table.find('\n') != std::string::npos);
    if (width < 20) continue;
    std::size_t start = 0;
    while (start < table.size()) {
      const std::size_t end = table.find('\n', start);
      CHECK(display_width(table.substr(start, end - start)) <= width);
      start = end + 1;
    }
  }
}

}  // namespace
}  // namespace feltbog::cli
