// SPDX-License-Identifier: Apache-2.0
// One row of the command table: everything that a command line, a desk or a bridge needs to know
// about a command or query. The rows themselves stand in core/workspace/commands/.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "core/base/value.h"

namespace feltbog::workspace {

class Call;

// A command changes something; a query reads. Every query can be watched.
enum class Shape : std::uint8_t { command, query };

enum class ParameterType : std::uint8_t {
  text,
  integer,
  boolean,
  moment,     // text, local time "2026-11-17T10:30"
  date,       // text, "2026-11-17"
  text_list,  // list of texts
  record,     // map, checked by the command itself
  bytes,
};

// Words a person reads, in both languages.
struct Words {
  std::string_view english;
  std::string_view danish;
};

// A positional parameter is required, and on a command line stands without its name.
enum class Presence : std::uint8_t { optional, required, positional };

struct Parameter {
  std::string_view name;  // snake_case; on a command line "--kebab-case"
  ParameterType type;
  Presence presence;
  Words help;
};

// How a list result is shown as a table. A query without columns returns one record.
struct Column {
  std::string_view field;
  Words title;
};

// Which line a call leaves in the access log. What is created or changed is told by the signed
// changes themselves; the others leave an entry (access_log.h). Numbers are part of its format.
enum class AccessClass : std::uint8_t {
  none = 0,
  view = 1,
  search = 2,
  create = 3,
  change = 4,
  share = 5,
  extract = 6,
};
constexpr bool leaves_entry(AccessClass access) {
  return access == AccessClass::view || access == AccessClass::search ||
         access == AccessClass::share || access == AccessClass::extract;
}
// "view"
std::string_view name_of(AccessClass access);

// Who may call it. Finer rules, such as who decides an outcome, are checked by the command itself.
// Auditors: those who read access logs (log_readers() of access_log.h).
enum class Entitlement : std::uint8_t {
  anyone,
  caseworkers,
  supervisors,
  administrators,
  auditors
};

// Whether it is done while the device's lease has lapsed (lease.h). Only what shows nothing of a
// citizen and decides nothing about others is; what a row does not say is refused.
enum class WhileLapsed : std::uint8_t { unsaid, refused, done };

struct CommandRow {
  std::string_view name;  // "note.write"
  Shape shape;
  std::uint32_t since_version;  // of the table; rows are added, never changed in meaning
  Words summary;
  std::string_view example;  // a command line that works
  std::span<const Parameter> parameters;
  std::span<const Column> columns;
  Entitlement entitlement;
  AccessClass access;
  bool idempotent;   // calling it twice is calling it once
  bool cancellable;  // reports progress and looks at the cancel flag
  Result<Value> (*run)(Call& call);
  WhileLapsed while_lapsed = WhileLapsed::unsaid;
};

constexpr std::uint32_t kCommandTableVersion = 1;

// All rows, sorted by name. The views live as long as the program.
std::span<const CommandRow* const> command_table();
// Null when there is no such row.
const CommandRow* find_command(std::string_view name);

// Checks parameters against the row. Error: invalid_argument, naming the parameter that is missing,
// unknown or of the wrong type.
Result<void> check_parameters(const CommandRow& row, const Value& parameters);

// The table as data, from which help, wrappers and completions are made.
Value describe_commands();

}  // namespace feltbog::workspace
