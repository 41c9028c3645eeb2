// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/render.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <vector>

#include "apps/cli/marked_text.h"
#include "apps/cli/table.h"
#include "apps/cli/text_width.h"
#include "core/base/json.h"
#include "core/casework/time_zone.h"

namespace feltbog::cli {
namespace {

constexpr int kDepthMax = 8;
constexpr std::size_t kIndent = 2;

std::string date_text(casework::Date date, Language language) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const casework::CivilDate day = casework::civil(date);
  char out[32];
  if (language == Language::danish) {
    std::snprintf(out, sizeof(out), "%02d.%02d.%04d", day.day, day.month, day.year);
  } else {
    std::snprintf(out, sizeof(out), "%d %s %04d", day.day, kMonths[day.month - 1], day.year);
  }
  return out;
}

bool is_plain(const Value& value) { return value.list() == nullptr && value.map() == nullptr; }

// Lists of texts go on one line; anything deeper gets lines of its own.
bool fits_a_line(const Value& value) {
  if (value.map() != nullptr) return value.map()->empty();
  return std::all_of(value.items().begin(), value.items().end(), is_plain);
}

bool is_empty(const Value& value) {
  if (value.text() != nullptr) return value.text()->empty();
  if (value.map() != nullptr) return value.map()->empty();
  return value.is_null() || (value.list() != nullptr && value.list()->empty());
}

// Entries of results that programs follow and people need not read: --json shows them.
bool is_for_programs(std::string_view field) {
  static constexpr std::string_view kFields[] = {
      "anchor", "band",  "decisions",      "event",    "expected", "follow_up_missing",
      "marks",  "order", "number_in_rung", "protocol", "recorded", "rule",
      "rung",   "type",  "undetermined"};
  return std::find(std::begin(kFields), std::end(kFields), field) != std::end(kFields);
}

// Values keep their entries by name; people look for these first, in this order.
std::size_t rank_of(std::string_view field) {
  static constexpr std::string_view kFirst[] = {
      "number", "happened", "due",    "what",     "label",  "name",   "title", "citizen",
      "phone",  "address",  "value",  "outcome",  "status", "by",     "user",  "stage",
      "text",   "pathway",  "course", "timeline", "step",   "members"};
  return static_cast<std::size_t>(std::find(std::begin(kFirst), std::end(kFirst), field) -
                                  std::begin(kFirst));
}

class RecordWriter {
 public:
  RecordWriter(Language language, const Terminal& terminal)
      : language_(language), terminal_(terminal) {}

  void record(const Value::Map& entries, int depth) {
    std::vector<const Value::Map::value_type*> shown;
    for (const auto& entry : entries) {
      // A result whose only news is such an entry still shows it.
      const bool hidden = entries.size() > 2 && is_for_programs(entry.first);
      if (!is_empty(entry.second) && !hidden) shown.push_back(&entry);
    }
    // What fits a line first, then what needs several; within each what a person looks for first.
    std::stable_sort(shown.begin(), shown.end(), [](const auto* a, const auto* b) {
      const bool a_fits = fits_a_line(a->second);
      const bool b_fits = fits_a_line(b->second);
      return a_fits != b_fits ? a_fits : rank_of(a->first) < rank_of(b->first);
    });
    std::size_t width = 0;
    for (const auto* entry : shown) {
      if (!fits_a_line(entry->second)) continue;
      width = std::max(width, display_width(label_of(language_, entry->first)) + 1);
    }
    for (const auto* entry : shown) {
      const std::string* words = entry->first == "text" ? entry->second.text() : nullptr;
      const auto marks = entries.find("marks");
      if (words != nullptr && marks != entries.end() && !is_empty(marks->second)) {
        begin_line(entry->first, width, depth);
        lines(marked_text(*words, marks->second.items(), terminal_), width, depth);
      } else if (fits_a_line(entry->second)) {
        line(entry->first, entry->second, width, depth);
      } else {
        block(entry->first, entry->second, depth);
      }
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void indent(int depth) { out_.append(kIndent * static_cast<std::size_t>(depth), ' '); }

  void label(const std::string& text) {
    if (terminal_.colour) out_ += "\x1b[2m";
    out_ += text;
    if (terminal_.colour) out_ += "\x1b[0m";
  }

  void begin_line(const std::string& field, std::size_t width, int depth) {
    indent(depth);
    label(pad_right(label_of(language_, field) + ":", width));
    out_ += ' ';
  }

  void line(const std::string& field, const Value& value, std::size_t width, int depth) {
    begin_line(field, width, depth);
    const std::string* words = value.text();
    if (words == nullptr || words->find('\n') == std::string::npos) {
      out_ += render_cell(field, value, language_) + '\n';
      return;
    }
    lines(printable(*words, true), width, depth);
  }

  // Several lines of text stay several lines, under each other.
  void lines(const std::string& words, std::size_t width, int depth) {
    const std::size_t column = kIndent * static_cast<std::size_t>(depth) + width + 1;
    for (const char byte : words) {
      out_ += byte;
      if (byte == '\n') out_.append(column, ' ');
    }
    out_ += '\n';
  }

  void block(const std::string& field, const Value& value, int depth) {
    indent(depth);
    label(label_of(language_, field) + ":");
    out_ += '\n';
    if (field == "difference") {
      difference(value.items(), depth + 1);
    } else if (depth >= kDepthMax) {
      indent(depth + 1);
      out_ += to_json(value) + '\n';
    } else if (value.map() != nullptr) {
      record(*value.map(), depth + 1);
    } else {
      list(value.items(), depth + 1);
    }
  }

  // In one flow of words: [-only in the first or older-], {+only in this or the newer one+}.
  void difference(const Value::List& parts, int depth) {
    indent(depth);
    for (const Value& part : parts) {
      const std::string words = printable(part["text"].text_or({}), false);
      const std::string only = part["only"].text_or({});
      if (only.empty()) out_ += words;
      if (only == "first") out_ += "[-" + words + "-]";
      if (only == "this") out_ += "{+" + words + "+}";
    }
    out_ += '\n';
  }

  void list(const Value::List& items, int depth) {
    for (const Value& item : items) {
      const std::size_t start = out_.size();
      if (item.map() != nullptr) {
        record(*item.map(), depth + 1);
      } else {
        indent(depth + 1);
        out_ += render_cell({}, item, language_) + '\n';
      }
      // The mark of an item stands where its first line is indented.
      const std::size_t mark = start + kIndent * static_cast<std::size_t>(depth);
      if (mark < out_.size()) out_[mark] = '-';
    }
  }

  Language language_;
  const Terminal& terminal_;
  std::string out_;
};

std::string render_list(const workspace::CommandRow& row, const Value::List& items,
                        Language language, const Terminal& terminal) {
  if (items.empty()) return std::string(say(language, Phrase::none)) + "\n";
  std::vector<TableColumn> columns;
  for (const workspace::Column& column : row.columns) {
    const bool numbers = std::all_of(items.begin(), items.end(), [&column](const Value& item) {
      return item[column.field].is_null() || item[column.field].integer() != nullptr;
    });
    columns.push_back({std::string(say(language, column.title)), numbers});
  }
  std::vector<std::vector<std::string>> rows;
  for (const Value& item : items) {
    std::vector<std::string> cells;
    for (const workspace::Column& column : row.columns) {
      cells.push_back(render_cell(column.field, item[column.field], language));
    }
    rows.push_back(std::move(cells));
  }
  return format_table(columns, rows, terminal);
}

}  // namespace

std::string render_date(std::string_view text, Language language) {
  if (text.size() == 10) {
    if (const auto date = casework::parse_date(text)) return date_text(*date, language);
  } else if (text.size() >= 16 && text.size() <= 19 && text[10] == 'T') {
    if (const auto time = casework::parse_local_time(text)) {
      char clock[16];
      std::snprintf(clock, sizeof(clock), " %02d:%02d", time->hour(), time->minute());
      return date_text(time->date, language) + clock;
    }
  }
  return std::string(text);
}

std::string render_cell(std::string_view field, const Value& value, Language language) {
  if (value.is_null()) return {};
  if (const bool* boolean = value.boolean()) {
    return std::string(say(language, *boolean ? Phrase::yes : Phrase::no));
  }
  if (const std::int64_t* integer = value.integer()) return std::to_string(*integer);
  if (const std::string* text = value.text()) {
    const std::string_view known = word_of(language, field, *text);
    if (known != *text) return std::string(known);
    return printable(render_date(*text, language), false);
  }
  if (value.list() != nullptr && fits_a_line(value)) {
    std::string out;
    for (const Value& item : value.items()) {
      if (!out.empty()) out += ", ";
      out += render_cell(field, item, language);
    }
    return out;
  }
  if (value.map() != nullptr && value.map()->empty()) return {};
  return printable(to_json(value), false);
}

std::string render_result(const workspace::CommandRow& row, const Value& result, Language language,
                          const Terminal& terminal) {
  if (result.list() != nullptr && !row.columns.empty()) {
    return render_list(row, result.items(), language, terminal);
  }
  if (const Value::Map* entries = result.map()) {
    if (entries->empty()) return std::string(say(language, Phrase::done)) + "\n";
    RecordWriter writer(language, terminal);
    writer.record(*entries, 0);
    return writer.take();
  }
  if (result.is_null()) return std::string(say(language, Phrase::done)) + "\n";
  return render_cell({}, result, language) + "\n";
}

}  // namespace feltbog::cli
