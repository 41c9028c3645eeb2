// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/watch.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "core/workspace/call.h"
#include "core/workspace/lease.h"

namespace feltbog::workspace {
Result<Watch> Watch::open(Workspace& workspace, const std::string& query, Value parameters,
                          CallContext context, std::optional<std::uint64_t> since) {
  const CommandRow* row = find_command(query);
  if (row == nullptr) return Error{ErrorCode::unknown_command, {}};
  if (row->shape != Shape::query)
    return Error{ErrorCode::invalid_argument, "only queries are watched"};
  FELTBOG_CHECK(check_parameters(*row, parameters));
  Watch watch(workspace, *row, std::move(parameters), std::move(context));
  // A reader who saw this very revision has the rows; from any other it starts anew.
  if (since && *since == workspace.revision()) {
    FELTBOG_CHECK(admit(workspace.core(), *row));
    FELTBOG_TRY(result, watch.ask());
    watch.rows_ = rows_of(std::move(result));
    watch.seen_ = watch.occasion();
    watch.known_to_reader_ = true;
  }
  return watch;
}

Result<Value> Watch::ask() {
  return Call(workspace_->core(), *row_, parameters_, context_).run(&told_);
}

Watch::Occasion Watch::occasion() const {
  const WallTime now = workspace_->core().environment.clock->wall_time();
  return {workspace_->revision(), casework::to_copenhagen(now).date,
          workspace_->core().lease->standing()};
}

std::vector<Watch::Row> Watch::rows_of(Value result) {
  std::vector<Row> rows;
  if (result.list() == nullptr) {
    rows.push_back({"", std::move(result)});
    return rows;
  }
  for (Value& row : *result.list()) {
    std::string id = row["id"].text_or({});
    rows.push_back({std::move(id), std::move(row)});
  }
  return rows;
}

Value Watch::difference(const std::vector<Row>& before, const std::vector<Row>& now) {
  std::map<std::string_view, const Value*> gone;
  for (const Row& row : before) gone.emplace(row.id, &row.value);
  Value update;
  update["rows"] = Value::List{};
  update["removed"] = Value::List{};
  for (const Row& row : now) {
    const auto known = gone.find(row.id);
    if (known == gone.end() || *known->second != row.value) update["rows"].push_back(row.value);
    if (known != gone.end()) gone.erase(known);
  }
  // What leaves does not move what stays.
  std::vector<std::string_view> kept;
  for (const Row& row : before) {
    if (const auto left = gone.find(row.id); left == gone.end()) kept.push_back(row.id);
  }
  for (const auto& [id, row] : gone) update["removed"].push_back(id);
  const auto same_id = [](const Row& row, std::string_view id) { return row.id == id; };
  if (!std::equal(now.begin(), now.end(), kept.begin(), kept.end(), same_id)) {
    update["order"] = Value::List{};
    for (const Row& row : now) update["order"].push_back(row.id);
  }
  return update;
}

Result<std::optional<Value>> Watch::poll() {
  FELTBOG_CHECK(admit(workspace_->core(), *row_));
  const Occasion occasion = this->occasion();
  if (seen_ == occasion) return std::optional<Value>();
  FELTBOG_TRY(result, ask());
  std::vector<Row> rows = rows_of(std::move(result));
  Value update = difference(known_to_reader_ ? rows_ : std::vector<Row>(), rows);
  const bool changed = !known_to_reader_ || !update["rows"].items().empty() ||
                       !update["removed"].items().empty() || !update["order"].is_null();
  update["revision"] = occasion.revision;
  update["reset"] = !known_to_reader_;
  if (!known_to_reader_) update.map()->erase("order");
  seen_ = occasion;
  rows_ = std::move(rows);
  known_to_reader_ = true;
  return changed ? std::optional<Value>(std::move(update)) : std::optional<Value>();
}

}  // namespace feltbog::workspace
