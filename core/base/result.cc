// SPDX-License-Identifier: Apache-2.0
#include "core/base/result.h"

#include <array>

namespace feltbog {
namespace {

struct Row {
  ErrorCode code;
  int exit_status;
  std::string_view name;
  std::string_view text;
};

constexpr Row kRows[] = {
#define FELTBOG_ERROR(name, number, exit_status, text) {ErrorCode::name, exit_status, #name, text},
#include "core/base/error_codes.inc"
#undef FELTBOG_ERROR
};

const Row* find_row(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

}  // namespace

std::string_view error_name(ErrorCode code) {
  const Row* row = find_row(code);
  return row != nullptr ? row->name : "unknown";
}

std::string_view error_text(ErrorCode code) {
  const Row* row = find_row(code);
  return row != nullptr ? row->text : "An error this version does not know. Update this program.";
}

int error_exit_status(ErrorCode code) {
  const Row* row = find_row(code);
  return row != nullptr ? row->exit_status : 1;
}

std::optional<ErrorCode> error_from_number(std::uint64_t number) {
  for (const Row& row : kRows) {
    if (static_cast<std::uint64_t>(row.code) == number) return row.code;
  }
  return std::nullopt;
}

}  // namespace feltbog
