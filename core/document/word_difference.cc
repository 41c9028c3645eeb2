// SPDX-License-Identifier: Apache-2.0
#include "core/document/word_difference.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace feltbog::document {
namespace {

constexpr std::ptrdiff_t kEditsMax = 1000;

using Words = std::vector<std::string_view>;

// Letters and digits belong together, and everything beyond ASCII to them; blanks and marks stand
// alone.
bool is_letter(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= 'a' && byte <= 'z') || static_cast<unsigned char>(byte) >= 0x80;
}

Words words_of(std::string_view text) {
  Words out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (is_letter(text[at]) && end < text.size() && is_letter(text[end])) ++end;
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

class Runs {
 public:
  void add(WordRun::In in, std::string_view word) {
    if (runs_.empty() || runs_.back().in != in) runs_.push_back({in, {}});
    runs_.back().text += word;
  }
  template <class Range>
  void add_all(WordRun::In in, const Range& words) {
    for (std::string_view word : words) add(in, word);
  }
  std::vector<WordRun> take() { return std::move(runs_); }

 private:
  std::vector<WordRun> runs_;
};

// Steps from the beginning to the end of both, the last first: how far each furthest path got on
// every diagonal is kept, and walked back.
class Myers {
 public:
  Myers(std::span<const std::string_view> a, std::span<const std::string_view> b) : a_(a), b_(b) {}

  // False when it takes more edits than it is worth.
  bool solve() {
    const std::ptrdiff_t most = std::min(kEditsMax, size(a_) + size(b_));
    std::vector<std::ptrdiff_t> reach(static_cast<std::size_t>(2 * most + 3));
    const auto at = [&](std::ptrdiff_t diagonal) -> std::ptrdiff_t& {
      return reach[static_cast<std::size_t>(diagonal + most + 1)];
    };
    for (std::ptrdiff_t edits = 0; edits <= most; ++edits) {
      for (std::ptrdiff_t diagonal = -edits; diagonal <= edits; diagonal += 2) {
        const bool down =
            diagonal == -edits || (diagonal != edits && at(diagonal - 1) < at(diagonal + 1));
        std::ptrdiff_t x = down ? at(diagonal + 1) : at(diagonal - 1) + 1;
        while (x < size(a_) && x - diagonal < size(b_) && same(x, x - diagonal)) ++x;
        at(diagonal) = x;
        if (x >= size(a_) && x - diagonal >= size(b_)) {
          trace_.push_back(slice(reach, edits, most));
          return true;
        }
      }
      trace_.push_back(slice(reach, edits, most));
    }
    return false;
  }

  void tell(Runs& runs) const {
    struct Step {
      WordRun::In in;
      std::string_view word;
    };
    std::vector<Step> steps;
    std::ptrdiff_t x = size(a_);
    std::ptrdiff_t y = size(b_);
    for (std::ptrdiff_t edits = static_cast<std::ptrdiff_t>(trace_.size()) - 1; edits > 0;
         --edits) {
      const std::ptrdiff_t diagonal = x - y;
      const bool down =
          diagonal == -edits ||
          (diagonal != edits && reach(edits - 1, diagonal - 1) < reach(edits - 1, diagonal + 1));
      const std::ptrdiff_t from = reach(edits - 1, down ? diagonal + 1 : diagonal - 1);
      const std::ptrdiff_t begin = down ? from : from + 1;
      for (; x > begin; --x, --y) steps.push_back({WordRun::In::both, word(a_, x - 1)});
      if (down)
        steps.push_back({WordRun::In::second, word(b_, --y)});
      else
        steps.push_back({WordRun::In::first, word(a_, --x)});
    }
    for (; x > 0; --x) steps.push_back({WordRun::In::both, word(a_, x - 1)});
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) runs.add(step->in, step->word);
  }

 private:
  using View = std::span<const std::string_view>;
  static std::ptrdiff_t size(View words) { return static_cast<std::ptrdiff_t>(words.size()); }
  static std::string_view word(View words, std::ptrdiff_t at) {
    return words[static_cast<std::size_t>(at)];
  }
  bool same(std::ptrdiff_t x, std::ptrdiff_t y) const { return word(a_, x) == word(b_, y); }
  // Diagonals -edits to edits.
  static std::vector<std::ptrdiff_t> slice(const std::vector<std::ptrdiff_t>& reach,
                                           std::ptrdiff_t edits, std::ptrdiff_t most) {
    const auto middle = reach.begin() + most + 1;
    return {middle - edits, middle + edits + 1};
  }
  std::ptrdiff_t reach(std::ptrdiff_t edits, std::ptrdiff_t diagonal) const {
    return trace_[static_cast<std::size_t>(edits)][static_cast<std::size_t>(diagonal + edits)];
  }

  View a_;
  View b_;
  std::vector<std::vector<std::ptrdiff_t>> trace_;  // by edits
};

}  // namespace

std::vector<WordRun> word_difference(std::string_view first, std::string_view second) {
  const Words a = words_of(first);
  const Words b = words_of(second);
  const auto [a_differs, b_differs] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto begin = static_cast<std::size_t>(a_differs - a.begin());
  std::size_t tail = 0;
  while (tail < std::min(a.size(), b.size()) - begin &&
         a[a.size() - tail - 1] == b[b.size() - tail - 1]) {
    ++tail;
  }
  const std::span<const std::string_view> all_a = a;
  const auto middle_a = all_a.subspan(begin, a.size() - begin - tail);
  const auto middle_b = std::span(b).subspan(begin, b.size() - begin - tail);
  Runs runs;
  runs.add_all(WordRun::In::both, all_a.first(begin));
  Myers myers(middle_a, middle_b);
  if (myers.solve()) {
    myers.tell(runs);
  } else {
    runs.add_all(WordRun::In::first, middle_a);
    runs.add_all(WordRun::In::second, middle_b);
  }
  runs.add_all(WordRun::In::both, all_a.last(tail));
  return runs.take();
}

}  // namespace feltbog::document
