// SPDX-License-Identifier: Apache-2.0
// The body of a call or a watch, checked.
#pragma once

#include <string>

#include "core/workspace/workspace.h"

namespace feltbog::host {

struct OwnerCall {
  std::string command;
  Value parameters;
  workspace::CallContext context;

  // {"command", "parameters", "language": "da" | "en", "now": local time, "request_id", "purpose"};
  // the last four may be absent. Error: invalid_argument.
  static Result<OwnerCall> from(const Value& body);
};

}  // namespace feltbog::host
