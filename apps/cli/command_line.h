// SPDX-License-Identifier: Apache-2.0
// Reading a command line against the commands there are. The only includer of CLI11, whose
// exceptions end here.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "apps/cli/commands.h"
#include "apps/cli/parameter_value.h"

namespace feltbog::cli {

struct CommonOptions {
  bool json = false;
  bool help = false;
  bool version = false;
  bool watch = false;  // of a query
  std::string language;
  std::string directory;
  std::string passphrase_file;
  std::string now;
  std::string purpose;     // why a case is looked at that is not one's own
  std::string request_id;  // a command sent twice with the same one is done once
};

struct CommandLine {
  const workspace::CommandRow* row = nullptr;  // null: no command, or only its first word
  std::string group;                           // the first word when no row was named: "note"
  Typed typed;
  CommonOptions options;
};

// `words` are the arguments without the program's name. Errors: unknown_command (a word that no
// command starts with), invalid_argument (an option the command does not have, an option without
// its value, an argument too many).
Result<CommandLine> read_command_line(std::span<const std::string> words);

// The options alone, as far as they can be told from a line that may be wrong: in which form and
// language to complain.
CommonOptions guess_options(std::span<const std::string> words);

}  // namespace feltbog::cli
