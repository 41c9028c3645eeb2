// SPDX-License-Identifier: Apache-2.0
// Aligned columns of text.
#pragma once

#include <string>
#include <vector>

#include "apps/cli/terminal.h"

namespace feltbog::cli {

struct TableColumn {
  std::string title;
  bool to_the_right = false;  // numbers
};

// One line per row under a line of titles. On a terminal it is cut to its width, the widest columns
// first; columns where every cell is empty are left out. Cells are one line each and printable.
std::string format_table(const std::vector<TableColumn>& columns,
                         const std::vector<std::vector<std::string>>& rows,
                         const Terminal& terminal);

}  // namespace feltbog::cli
