// SPDX-License-Identifier: Apache-2.0
// The rows of a watched query as its updates leave them.
#pragma once

#include <vector>

#include "core/base/value.h"

namespace feltbog::cli {

class WatchRows {
 public:
  // {"revision", "reset", "rows", "removed"}, as core/workspace/watch.h makes it.
  void apply(const Value& update);
  // The rows, new ones last.
  const Value::List& rows() const { return rows_; }

 private:
  Value::List rows_;
};

}  // namespace feltbog::cli
