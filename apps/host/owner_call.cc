// SPDX-License-Identifier: Apache-2.0
#include "apps/host/owner_call.h"

namespace feltbog::host {

Result<OwnerCall> OwnerCall::from(const Value& body) {
  OwnerCall out;
  const std::string* command = body["command"].text();
  if (command == nullptr) return Error{ErrorCode::invalid_argument, "command"};
  out.command = *command;
  out.parameters = body["parameters"];
  out.context.request = body["request_id"].text_or("");
  out.context.purpose = body["purpose"].text_or("");
  const std::string language = body["language"].text_or("da");
  if (language != "da" && language != "en") return Error{ErrorCode::invalid_argument, "language"};
  out.context.language =
      language == "da" ? casework::Language::danish : casework::Language::english;
  if (const std::string* now = body["now"].text()) {
    FELTBOG_TRY(time, casework::parse_local_time(*now));
    out.context.now = time;
  }
  return out;
}

}  // namespace feltbog::host
