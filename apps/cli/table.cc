// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/table.h"

#include <algorithm>
#include <numeric>

#include "apps/cli/text_width.h"

namespace feltbog::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 4;

using Row = std::vector<std::string>;

std::vector<std::size_t> filled_columns(std::size_t count, const std::vector<Row>& rows) {
  std::vector<std::size_t> out;
  for (std::size_t at = 0; at < count; ++at) {
    if (std::any_of(rows.begin(), rows.end(), [at](const Row& row) { return !row[at].empty(); })) {
      out.push_back(at);
    }
  }
  return out;
}

// Takes from the widest column, one by one, until the line fits or every column is at its
// narrowest.
void shrink(std::vector<std::size_t>& widths, std::size_t room) {
  const std::size_t gaps = kGap * (widths.size() - 1);
  for (;;) {
    const std::size_t used = std::accumulate(widths.begin(), widths.end(), gaps);
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (used <= room || *widest <= kNarrowest) return;
    --*widest;
  }
}

std::string format_cell(const std::string& text, std::size_t width, bool to_the_right, bool last) {
  const std::string cut = cut_to_width(text, width);
  if (to_the_right) return pad_left(cut, width);
  return last ? cut : pad_right(cut, width);
}

}  // namespace

std::string format_table(const std::vector<TableColumn>& columns, const std::vector<Row>& rows,
                         const Terminal& terminal) {
  const std::vector<std::size_t> shown = filled_columns(columns.size(), rows);
  if (shown.empty()) return {};
  std::vector<std::size_t> widths;
  for (const std::size_t at : shown) {
    std::size_t width = display_width(columns[at].title);
    for (const Row& row : rows) width = std::max(width, display_width(row[at]));
    widths.push_back(width);
  }
  if (terminal.width > 0) shrink(widths, terminal.width);

  std::string out;
  const auto line = [&](const auto& cell_of) {
    for (std::size_t place = 0; place < shown.size(); ++place) {
      const bool last = place + 1 == shown.size();
      const TableColumn& column = columns[shown[place]];
      out += format_cell(cell_of(shown[place]), widths[place], column.to_the_right, last);
      if (!last) out.append(kGap, ' ');
    }
  };
  if (terminal.colour) out += "\x1b[1m";
  line([&columns](std::size_t at) { return columns[at].title; });
  if (terminal.colour) out += "\x1b[0m";
  out += '\n';
  for (const Row& row : rows) {
    line([&row](std::size_t at) { return row[at]; });
    out += '\n';
  }
  return out;
}

}  // namespace feltbog::cli
