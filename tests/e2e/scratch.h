// SPDX-License-Identifier: Apache-2.0
// What every test with processes needs: a folder of its own, waiting on conditions, whole files.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "apps/demo/process.h"

namespace feltbog::e2e {

constexpr int kDeadlineMilliseconds = 20'000;
constexpr int kLookMilliseconds = 5;

// Looks again and again until `condition` holds; false when it does not by the deadline.
inline bool until(const std::function<bool()>& condition) {
  const std::int64_t deadline = demo::milliseconds_now() + kDeadlineMilliseconds;
  while (!condition()) {
    if (demo::milliseconds_now() > deadline) return false;
    demo::pause_milliseconds(kLookMilliseconds);
  }
  return true;
}

// A fresh folder, removed at the end with all that is in it.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "feltbog-e2e-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code failure;
    std::filesystem::remove_all(path_, failure);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_whole(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  REQUIRE(file.good());
}

}  // namespace feltbog::e2e
