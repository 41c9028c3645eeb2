// SPDX-License-Identifier: Apache-2.0
// The small language in which a pathway says "when": closed, without loops, always with an answer.
// Evaluation is in facts.h.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/value.h"

namespace feltbog::casework {

// An event of that type whose fields have one of the listed values, each.
struct EventMatch {
  std::string event;
  std::map<std::string, std::vector<Value>, std::less<>> where;
  friend bool operator==(const EventMatch&, const EventMatch&) = default;
};

struct Condition {
  enum class Kind {
    never,    // the default: no condition given
    has,      // at least `count` matching events
    outcome,  // one of the named outcomes is decided
    entered,  // the step has been entered
    ended,    // the course has ended
    all,
    any,
    negation,  // of the one child
  };
  Kind kind = Kind::never;
  EventMatch match;
  int count = 1;
  std::vector<std::string> names;  // outcome ids, or the one step id
  std::vector<Condition> children;
  friend bool operator==(const Condition&, const Condition&) = default;
};

enum class Truth { no, yes, undetermined };

}  // namespace feltbog::casework
