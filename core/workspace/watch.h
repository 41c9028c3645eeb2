// SPDX-License-Identifier: Apache-2.0
// A query that stays open: what changed in its rows since the last look. Coalescing and bounded: a
// slow reader gets the newest state, never a backlog. The end of the data path: the screen is next.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/workspace/workspace.h"

namespace feltbog::workspace {

class Watch {
 public:
  // The workspace must outlive the watch. `since` is the revision a reader saw last, if it still
  // holds rows from then. Errors: those of the query; invalid_argument when the row is a command.
  static Result<Watch> open(Workspace& workspace, std::string query, Value parameters,
                            CallContext context, std::optional<std::uint64_t> since = std::nullopt);

  // Nothing when the rows are as they were. Otherwise {"revision", "reset", "rows", "removed"}:
  // with reset the rows replace all; else they are the changed and new ones, and `removed` lists
  // ids. A query that returns one record counts as one row with the id "".
  Result<std::optional<Value>> poll();

 private:
  Watch(Workspace& workspace, std::string query, Value parameters, CallContext context)
      : workspace_(&workspace),
        query_(std::move(query)),
        parameters_(std::move(parameters)),
        context_(context) {}

  Workspace* workspace_;
  std::string query_;
  Value parameters_;
  CallContext context_;
  std::optional<std::uint64_t> seen_;
  bool known_to_reader_ = false;
  std::map<std::string, Value> rows_;
};

}  // namespace feltbog::workspace
