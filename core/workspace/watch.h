// SPDX-License-Identifier: Apache-2.0
// A query that stays open: what changed in its rows since the last look. Coalescing and bounded: a
// slow reader gets the newest state, never a backlog. The end of the data path: the screen is next.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/workspace/lease.h"
#include "core/workspace/told.h"
#include "core/workspace/workspace.h"

namespace feltbog::workspace {

struct CommandRow;

class Watch {
 public:
  // The workspace must outlive the watch. `since` is the revision a reader saw last, if it still
  // holds rows from then. Errors: those of the query; invalid_argument when the row is a command.
  static Result<Watch> open(Workspace& workspace, const std::string& query, Value parameters,
                            CallContext context, std::optional<std::uint64_t> since = std::nullopt);

  // Nothing when the rows are as they were. Otherwise {"revision", "reset", "rows", "removed"},
  // rows in the order of the query: with reset they replace all; else they are the changed and new
  // ones, `removed` lists ids, and "order", which is there when rows came or moved, lists the ids
  // of all rows from the first to the last. A query that returns one record counts as one row with
  // the id
  // "". Looks again when the revision or, for what depends on it, the date or how the lease stands
  // has changed. Errors: those of the query; revoked and lease_lapsed, whatever it showed before.
  Result<std::optional<Value>> poll();

 private:
  Watch(Workspace& workspace, const CommandRow& row, Value parameters, CallContext context)
      : workspace_(&workspace),
        row_(&row),
        parameters_(std::move(parameters)),
        context_(std::move(context)) {}

  Workspace* workspace_;
  const CommandRow* row_;
  Value parameters_;
  CallContext context_;
  // What the rows depend on beside the parameters.
  struct Occasion {
    std::uint64_t revision = 0;
    casework::Date today;
    LeaseStanding lease;
    friend bool operator==(const Occasion&, const Occasion&) = default;
  };
  struct Row {
    std::string id;
    Value value;
  };
  Occasion occasion() const;
  Result<Value> ask();
  static std::vector<Row> rows_of(Value result);
  static Value difference(const std::vector<Row>& before, const std::vector<Row>& now);

  std::optional<Occasion> seen_;
  bool known_to_reader_ = false;
  Told told_;
  std::vector<Row> rows_;
};

}  // namespace feltbog::workspace
