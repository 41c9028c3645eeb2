// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/error_message.h"

#include "apps/host/messages.h"

namespace feltbog::cli {
namespace {

struct Row {
  ErrorCode code;
  std::string_view text;
};
constexpr Row kDanish[] = {
#define FELTBOG_DANISH_ERROR(name, text) {ErrorCode::name, text},
#include "apps/cli/error_texts_danish.inc"
#undef FELTBOG_DANISH_ERROR
};

}  // namespace

std::optional<std::string_view> danish_error_text(ErrorCode code) {
  for (const Row& row : kDanish) {
    if (row.code == code) return row.text;
  }
  return std::nullopt;
}

std::string error_message(Language language, const Error& error) {
  std::string_view text = error_text(error.code);
  if (language == Language::danish) text = danish_error_text(error.code).value_or(text);
  std::string out(text);
  if (!error.detail.empty()) out += " (" + error.detail + ")";
  return out;
}

Value error_json(Language language, const Error& error) {
  Value body = host::error_body(error);
  body["message"] = error_message(language, error);
  body["exit_status"] = error_exit_status(error.code);
  Value out;
  out["error"] = std::move(body);
  return out;
}

}  // namespace feltbog::cli
