// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/watch_rows.h"

#include <algorithm>

namespace feltbog::cli {

void WatchRows::apply(const Value& update) {
  if (update["reset"].boolean_or(false)) rows_.clear();
  for (const Value& id : update["removed"].items()) {
    std::erase_if(rows_, [&id](const Value& row) { return row["id"] == id; });
  }
  for (const Value& row : update["rows"].items()) {
    const auto same = std::find_if(rows_.begin(), rows_.end(),
                                   [&row](const Value& known) { return known["id"] == row["id"]; });
    if (same != rows_.end()) {
      *same = row;
    } else {
      rows_.push_back(row);
    }
  }
}

}  // namespace feltbog::cli
