// SPDX-License-Identifier: Apache-2.0
// Help of every command.
#include "apps/cli/help.h"

#include <doctest/doctest.h>

#include "apps/cli/commands.h"

namespace feltbog::cli {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("the help of every command has its usage, its options and its example") {
  for (const auto* row : all_commands()) {
    for (const Language language : {Language::danish, Language::english}) {
      const std::string text = help_for(*row, language);
      CAPTURE(text);
      CHECK(has(text, row->example));
      CHECK(has(text, say(language, row->summary)));
      CHECK(has(text, "feltbog " + typed_name(row->name)));
      for (const auto& parameter : row->parameters) {
        CHECK(has(text, say(language, parameter.help)));
      }
    }
  }
}

TEST_CASE("the overview lists every command but the owner") {
  const std::string text = help_overview(Language::danish);
  for (const auto* row : all_commands()) {
    if (row->name != "owner") CHECK(has(text, typed_name(row->name)));
  }
  CHECK_FALSE(has(text, "  owner"));
  CHECK(has(help_for_group("note", Language::english), "note sign"));
  CHECK(help_for_group("nonsense", Language::english).empty());
}

TEST_CASE("a usage line shows what has to be given") {
  CHECK(usage_line(*find_any_command("note.write"), Language::english) ==
        "feltbog note write CASE TEXT [OPTIONS]");
  CHECK(usage_line(*find_any_command("org.create"), Language::danish) ==
        "feltbog org create --office OFFICE --name NAME [VALG]");
}

}  // namespace
}  // namespace feltbog::cli
