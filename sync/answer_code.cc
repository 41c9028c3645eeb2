// SPDX-License-Identifier: Apache-2.0
#include "sync/answer_code.h"

namespace feltbog::sync {

AnswerCode answer_of(ErrorCode code) { return static_cast<AnswerCode>(code); }

ErrorCode error_of(AnswerCode answer) {
  return error_from_number(answer).value_or(ErrorCode::internal);
}

AnswerCode farewell_of(ErrorCode code) {
  const AnswerCode answer = answer_of(code);
  const bool is_told = is_refusal(code) || code == ErrorCode::unsupported_version;
  return is_told ? answer : answer_of(ErrorCode::internal);
}

bool is_refusal(ErrorCode code) {
  const AnswerCode number = answer_of(code);
  // The domains of the caller, of bytes from elsewhere, and of sync.
  return (number >= 1 && number <= 29) || (number >= 70 && number <= 129);
}

}  // namespace feltbog::sync
