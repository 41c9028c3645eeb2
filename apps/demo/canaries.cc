// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/canaries.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/base/bytes.h"

namespace feltbog::demo {
namespace {

// The canaries are ASCII and Latin letters, so one code unit per byte of ASCII is enough to find
// them.
std::string as_utf16(const std::string& word) {
  std::string out;
  for (const char symbol : word) {
    if (static_cast<unsigned char>(symbol) >= 0x80) return out;
    out += symbol;
    out += '\0';
  }
  return out;
}

std::vector<std::string> disguises(const std::string& word) {
  std::vector<std::string> out{word, to_hex(as_bytes(word))};
  if (const std::string wide = as_utf16(word); wide.size() >= 12) out.push_back(wide);
  return out;
}

void search_file(const std::vector<std::string>& canaries, const std::filesystem::path& path,
                 Search& search) {
  std::ifstream file(path, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(file)), {});
  ++search.files;
  search.bytes += content.size();
  for (const std::string& word : canaries) {
    for (const std::string& form : disguises(word)) {
      if (content.find(form) != std::string::npos) {
        ++search.found;
        break;
      }
    }
  }
}

}  // namespace

Search search_for(const std::vector<std::string>& canaries, const std::string& place,
                  const std::string& path) {
  Search search{place, 0, 0, 0};
  std::error_code failure;
  if (std::filesystem::is_regular_file(path, failure)) search_file(canaries, path, search);
  if (!std::filesystem::is_directory(path, failure)) return search;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path, failure)) {
    if (entry.is_regular_file(failure)) search_file(canaries, entry.path(), search);
  }
  return search;
}

}  // namespace feltbog::demo
