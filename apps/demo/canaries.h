// SPDX-License-Identifier: Apache-2.0
// Looking for planted words in bytes where none may be readable.
#pragma once

#include <string>
#include <vector>

namespace feltbog::demo {

struct Search {
  std::string place;  // what was looked through, for people
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  std::size_t found = 0;  // canaries found
};

// Looks through a file, or through every file of a folder and below. Also finds a word written as
// UTF-16 and as hexadecimal.
Search search_for(const std::vector<std::string>& canaries, const std::string& place,
                  const std::string& path);

}  // namespace feltbog::demo
