// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/watch.h"

#include "core/workspace/command.h"

namespace feltbog::workspace {
namespace {

// Rows by their id; a result that is no list is one row.
std::map<std::string, Value> rows_of(Value result) {
  std::map<std::string, Value> rows;
  if (result.list() == nullptr) {
    rows.emplace("", std::move(result));
    return rows;
  }
  for (Value& row : *result.list()) {
    std::string id = row["id"].text_or({});
    rows.insert_or_assign(std::move(id), std::move(row));
  }
  return rows;
}

}  // namespace

Result<Watch> Watch::open(Workspace& workspace, std::string query, Value parameters,
                          CallContext context, std::optional<std::uint64_t> since) {
  const CommandRow* row = find_command(query);
  if (row == nullptr) return Error{ErrorCode::unknown_command, {}};
  if (row->shape != Shape::query)
    return Error{ErrorCode::invalid_argument, "only queries are watched"};
  FELTBOG_CHECK(check_parameters(*row, parameters));
  Watch watch(workspace, std::move(query), std::move(parameters), context);
  // A reader who saw this very revision has the rows; from any other it starts anew.
  if (since && *since == workspace.revision()) {
    FELTBOG_TRY(result, workspace.call(watch.query_, watch.parameters_, context));
    watch.rows_ = rows_of(std::move(result));
    watch.seen_ = workspace.revision();
    watch.known_to_reader_ = true;
  }
  return watch;
}

Result<std::optional<Value>> Watch::poll() {
  if (seen_ == workspace_->revision()) return std::optional<Value>();
  FELTBOG_TRY(result, workspace_->call(query_, parameters_, context_));
  seen_ = workspace_->revision();
  std::map<std::string, Value> rows = rows_of(std::move(result));
  Value update;
  update["revision"] = *seen_;
  update["reset"] = !known_to_reader_;
  update["rows"] = Value::List{};
  update["removed"] = Value::List{};
  for (const auto& [id, row] : rows) {
    const auto before = rows_.find(id);
    if (!known_to_reader_ || before == rows_.end() || before->second != row)
      update["rows"].push_back(row);
  }
  for (const auto& [id, row] : rows_) {
    if (!rows.contains(id)) update["removed"].push_back(id);
  }
  const bool changed =
      !known_to_reader_ || !update["rows"].items().empty() || !update["removed"].items().empty();
  rows_ = std::move(rows);
  known_to_reader_ = true;
  return changed ? std::optional<Value>(std::move(update)) : std::optional<Value>();
}

}  // namespace feltbog::workspace
