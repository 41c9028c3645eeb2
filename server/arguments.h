// SPDX-License-Identifier: Apache-2.0
// The command line of feltbogd. The only file that sees CLI11 is arguments.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace feltbog::server {

enum class Command { init, serve, status };

struct Arguments {
  Command command = Command::serve;
  std::string directory;
  std::string host = "localhost";     // init
  std::optional<std::uint16_t> port;  // init: the one in the invite; serve: overrides it
  bool new_invite = false;            // init
  std::string listen_address;         // serve; empty: all
  std::string log_path;               // serve; empty: standard error
  bool json = false;                  // status
};

struct ParsedArguments {
  std::optional<Arguments> arguments;  // none: print the text and leave with the status
  std::string text;
  int exit_status = 0;
};

ParsedArguments parse_arguments(int count, const char* const* values);

}  // namespace feltbog::server
