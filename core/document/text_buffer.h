// SPDX-License-Identifier: Apache-2.0
// A text one can edit anywhere cheaply: UTF-8 in chunks of about a kilobyte, addressed by code
// point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace feltbog::document {

class TextBuffer {
 public:
  // Position at most length(); `utf8` is valid.
  void insert(std::uint64_t position, std::string_view utf8);
  // position + count at most length().
  void erase(std::uint64_t position, std::uint64_t count);
  // position + count at most length().
  std::string slice(std::uint64_t position, std::uint64_t count) const;
  std::string text() const;
  // Whether text() is that.
  bool reads(std::string_view utf8) const;
  std::uint64_t length() const { return length_; }

 private:
  struct Chunk {
    std::string text;
    std::uint64_t length = 0;  // code points
  };
  struct Place {
    std::size_t chunk = 0;
    std::uint64_t start = 0;     // of the chunk
    std::uint64_t position = 0;  // within the chunk
  };
  Place locate(std::uint64_t position) const;
  void split_if_large(std::size_t at);
  void join_if_small(std::size_t at);

  std::vector<Chunk> chunks_;
  std::uint64_t length_ = 0;
  Place last_;  // of the last splice: the next one is mostly near
};

// The least splice that turns one text into the other: common beginnings and ends are left alone.
struct TextDifference {
  std::uint64_t position = 0;
  std::uint64_t erased = 0;
  std::string inserted;
};
TextDifference difference(std::string_view from, std::string_view to);

}  // namespace feltbog::document
