// SPDX-License-Identifier: Apache-2.0
// The program `feltbog`: the only place that reads its arguments and environment.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "apps/cli/run.h"
#include "core/base/result.h"

namespace {

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const std::vector<std::string> words(arguments + (count > 0 ? 1 : 0), arguments + count);
    return feltbog::cli::run(words, variable);
  } catch (const std::exception&) {
    // Out of memory, or a library's own exception: the databases are transactional, so this loses
    // nothing that was acknowledged.
    std::fputs("feltbog: internal error\n", stderr);
    return feltbog::error_exit_status(feltbog::ErrorCode::internal);
  }
}
