// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/command.h"

#include <algorithm>
#include <vector>

#include "core/casework/date.h"
#include "core/casework/time_zone.h"
#include "core/workspace/commands/commands.h"

namespace feltbog::workspace {
namespace {

std::vector<const CommandRow*> collect() {
  std::vector<const CommandRow*> rows;
  for (const auto group :
       {access_commands(), attachment_commands(), case_commands(), conflict_commands(),
        course_commands(), device_commands(), dropped_note_commands(), erasure_commands(),
        evidence_commands(), held_commands(), lease_commands(), mandate_commands(),
        member_commands(), note_commands(), organisation_commands(), pathway_commands(),
        recovery_commands(), status_commands(), team_commands()}) {
    for (const CommandRow& row : group) rows.push_back(&row);
  }
  std::sort(rows.begin(), rows.end(),
            [](const auto* a, const auto* b) { return a->name < b->name; });
  return rows;
}

bool is_text_list(const Value& value) {
  return value.list() != nullptr &&
         std::all_of(value.list()->begin(), value.list()->end(),
                     [](const Value& item) { return item.text() != nullptr; });
}

bool fits(ParameterType type, const Value& value) {
  switch (type) {
    case ParameterType::text: return value.text() != nullptr;
    case ParameterType::integer: return value.integer() != nullptr;
    case ParameterType::boolean: return value.boolean() != nullptr;
    case ParameterType::moment:
      return value.text() != nullptr && casework::parse_local_time(*value.text()).has_value();
    case ParameterType::date:
      return value.text() != nullptr && casework::parse_date(*value.text()).has_value();
    case ParameterType::text_list: return is_text_list(value);
    case ParameterType::record: return value.map() != nullptr;
    case ParameterType::bytes: return value.bytes() != nullptr;
  }
  return false;
}

std::string_view type_name(ParameterType type) {
  switch (type) {
    case ParameterType::text: return "text";
    case ParameterType::integer: return "integer";
    case ParameterType::boolean: return "boolean";
    case ParameterType::moment: return "moment";
    case ParameterType::date: return "date";
    case ParameterType::text_list: return "text_list";
    case ParameterType::record: return "record";
    case ParameterType::bytes: return "bytes";
  }
  return "unknown";
}

std::string_view name_of(Entitlement entitlement) {
  switch (entitlement) {
    case Entitlement::anyone: return "anyone";
    case Entitlement::caseworkers: return "caseworkers";
    case Entitlement::supervisors: return "supervisors";
    case Entitlement::administrators: return "administrators";
    case Entitlement::auditors: return "auditors";
  }
  return "unknown";
}

Value words(const Words& text) {
  Value out;
  out["en"] = text.english;
  out["da"] = text.danish;
  return out;
}

Value describe(const CommandRow& row) {
  Value out;
  out["name"] = row.name;
  out["shape"] = row.shape == Shape::query ? "query" : "command";
  out["since_version"] = std::int64_t{row.since_version};
  out["summary"] = words(row.summary);
  out["example"] = row.example;
  out["entitlement"] = name_of(row.entitlement);
  out["access"] = name_of(row.access);
  out["while_lapsed"] = row.while_lapsed == WhileLapsed::done;
  out["idempotent"] = row.idempotent;
  out["cancellable"] = row.cancellable;
  out["parameters"] = Value::List{};
  for (const Parameter& parameter : row.parameters) {
    Value entry;
    entry["name"] = parameter.name;
    entry["type"] = type_name(parameter.type);
    entry["required"] = parameter.presence != Presence::optional;
    entry["help"] = words(parameter.help);
    out["parameters"].push_back(std::move(entry));
  }
  out["columns"] = Value::List{};
  for (const Column& column : row.columns) {
    Value entry;
    entry["field"] = column.field;
    entry["title"] = words(column.title);
    out["columns"].push_back(std::move(entry));
  }
  return out;
}

}  // namespace

std::string_view name_of(AccessClass access) {
  switch (access) {
    case AccessClass::none: return "none";
    case AccessClass::view: return "view";
    case AccessClass::search: return "search";
    case AccessClass::create: return "create";
    case AccessClass::change: return "change";
    case AccessClass::share: return "share";
    case AccessClass::extract: return "extract";
  }
  return "unknown";
}

std::span<const CommandRow* const> command_table() {
  static const std::vector<const CommandRow*> kRows = collect();
  return kRows;
}

const CommandRow* find_command(std::string_view name) {
  const auto rows = command_table();
  const auto at =
      std::lower_bound(rows.begin(), rows.end(), name,
                       [](const auto* row, std::string_view key) { return row->name < key; });
  return at != rows.end() && (*at)->name == name ? *at : nullptr;
}

Result<void> check_parameters(const CommandRow& row, const Value& parameters) {
  if (!parameters.is_null() && parameters.map() == nullptr) {
    return Error{ErrorCode::invalid_argument, "parameters are a map"};
  }
  for (const Parameter& parameter : row.parameters) {
    const Value& value = parameters[parameter.name];
    if (value.is_null() && parameter.presence != Presence::optional) {
      return Error{ErrorCode::invalid_argument, "missing: " + std::string(parameter.name)};
    }
    if (!value.is_null() && !fits(parameter.type, value)) {
      return Error{ErrorCode::invalid_argument, std::string(parameter.name) +
                                                    " is not of the type " +
                                                    std::string(type_name(parameter.type))};
    }
  }
  if (parameters.map() == nullptr) return {};
  for (const auto& entry : *parameters.map()) {
    const bool known =
        std::any_of(row.parameters.begin(), row.parameters.end(),
                    [&entry](const Parameter& parameter) { return parameter.name == entry.first; });
    // A foreign key could be somebody's words in the wrong place: it is counted, not repeated.
    if (!known) return Error{ErrorCode::invalid_argument, "a parameter this command does not have"};
  }
  return {};
}

Value describe_commands() {
  Value out;
  out["version"] = std::int64_t{kCommandTableVersion};
  out["commands"] = Value::List{};
  for (const CommandRow* row : command_table()) out["commands"].push_back(describe(*row));
  return out;
}

}  // namespace feltbog::workspace
