// SPDX-License-Identifier: Apache-2.0
// Completion scripts.
#include "apps/cli/completion.h"

#include <doctest/doctest.h>

#include "apps/cli/commands.h"

namespace feltbog::cli {
namespace {

TEST_CASE("each shell's script knows every command, and the owner of none") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion_script(shell);
    REQUIRE(script.has_value());
    for (const auto* row : all_commands()) {
      if (row->name == "owner") continue;
      CAPTURE(row->name);
      CHECK(script->find(row->name.substr(0, row->name.find('.'))) != std::string::npos);
    }
    CHECK(script->find("lock-after") == std::string::npos);
    CHECK(script->find("sms-sent") != std::string::npos);
  }
  CHECK_FALSE(completion_script("tcsh").has_value());
}

}  // namespace
}  // namespace feltbog::cli
