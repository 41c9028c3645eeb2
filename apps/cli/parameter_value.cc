// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/parameter_value.h"

#include <charconv>

#include "core/base/json.h"
#include "core/base/utf8.h"

namespace feltbog::cli {
namespace {

using workspace::Parameter;
using workspace::ParameterType;

Error unfit(const Parameter& parameter, std::string_view why) {
  return {ErrorCode::invalid_argument, std::string(parameter.name) + " " + std::string(why)};
}

// "@FILE" is the file's content, "-" standard input, "@@..." a text that starts with one @.
Result<std::string> fetch(const Parameter& parameter, const std::string& typed,
                          const TextSources& sources) {
  std::string text = typed;
  if (typed == "-") {
    FELTBOG_TRY(input, sources.input());
    text = std::move(input);
  } else if (typed.starts_with("@@")) {
    text = typed.substr(1);
  } else if (typed.size() > 1 && typed.starts_with('@')) {
    FELTBOG_TRY(content, sources.file(typed.substr(1)));
    text = std::move(content);
  }
  if (!is_utf8(text)) return unfit(parameter, "is not UTF-8");
  return text;
}

Result<Value> integer_from(const Parameter& parameter, const std::string& typed) {
  std::int64_t number = 0;
  const char* end = typed.data() + typed.size();
  const auto [stopped, failure] = std::from_chars(typed.data(), end, number);
  if (failure != std::errc() || stopped != end) return unfit(parameter, "is not a whole number");
  return Value(number);
}

Result<Value> record_from(const Parameter& parameter, const std::string& text) {
  auto value = parse_json(text);
  if (!value.has_value() || value->map() == nullptr)
    return unfit(parameter, "is not a JSON object");
  return value;
}

Result<Value> one_value(const Parameter& parameter, const std::string& typed,
                        const TextSources& sources) {
  switch (parameter.type) {
    case ParameterType::boolean: return Value(typed == "true");
    case ParameterType::integer: return integer_from(parameter, typed);
    case ParameterType::moment:
    case ParameterType::date:
      // Their form is checked with all the others.
      return Value(typed);
    case ParameterType::text:
    case ParameterType::text_list: {
      FELTBOG_TRY(text, fetch(parameter, typed, sources));
      return Value(std::move(text));
    }
    case ParameterType::record: {
      FELTBOG_TRY(text, fetch(parameter, typed, sources));
      return record_from(parameter, text);
    }
    case ParameterType::bytes: {
      auto bytes = from_hex(typed);
      if (!bytes.has_value()) return unfit(parameter, "is not hexadecimal");
      return Value(std::move(*bytes));
    }
  }
  return unfit(parameter, "is of an unknown type");
}

Result<Value> value_of(const Parameter& parameter, const std::vector<std::string>& typed,
                       const TextSources& sources) {
  if (parameter.type != ParameterType::text_list) {
    if (typed.size() > 1) return unfit(parameter, "is given twice");
    return one_value(parameter, typed.front(), sources);
  }
  Value list = Value::List{};
  for (const std::string& each : typed) {
    FELTBOG_TRY(item, one_value(parameter, each, sources));
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace

Result<Value> parameters_from(const workspace::CommandRow& row, const Typed& typed,
                              const TextSources& sources) {
  Value out = Value::Map{};
  for (const Parameter& parameter : row.parameters) {
    const auto given = typed.find(parameter.name);
    if (given == typed.end() || given->second.empty()) continue;
    FELTBOG_TRY(value, value_of(parameter, given->second, sources));
    out[parameter.name] = std::move(value);
  }
  FELTBOG_CHECK(workspace::check_parameters(row, out));
  return out;
}

}  // namespace feltbog::cli
