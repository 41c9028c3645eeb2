// SPDX-License-Identifier: Apache-2.0
// From what was typed to the parameters of a command.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/workspace/command.h"

namespace feltbog::cli {

inline constexpr std::uint64_t kTextFileBytesMax = std::uint64_t{4} << 20;

// Where "@FILE" and "-" come from.
struct TextSources {
  std::function<Result<std::string>(const std::string& path)> file;
  std::function<Result<std::string>()> input;
};

// What was typed for each parameter, by its name; flags as "true" or "false".
using Typed = std::map<std::string, std::vector<std::string>, std::less<>>;

// A map that check_parameters accepts. Errors: invalid_argument, naming the parameter; those of the
// sources.
Result<Value> parameters_from(const workspace::CommandRow& row, const Typed& typed,
                              const TextSources& sources);

}  // namespace feltbog::cli
