// SPDX-License-Identifier: Apache-2.0
// Sessions made up: habits of typing, drawn from a seed.
#include <algorithm>
#include <array>

#include "tests/support/editing_session.h"

namespace feltbog::testing {
namespace {

// SplitMix64 (Steele, Lea & Flood, 2014).
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t limit) {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t out = state_;
    out = (out ^ (out >> 30)) * 0xBF58476D1CE4E5B9u;
    out = (out ^ (out >> 27)) * 0x94D049BB133111EBu;
    return static_cast<std::size_t>((out ^ (out >> 31)) % limit);
  }

 private:
  std::uint64_t state_;
};

// An author in a part of the text that is his own.
class Author {
 public:
  explicit Author(std::uint64_t seed) : draw_(seed) {}

  // The next keystroke, at a position within the author's part.
  SessionPatch next() {
    if (left_ == 0) begin_burst();
    --left_;
    if (erasing_ && cursor_ > 0) {
      --cursor_;
      letters_.erase(letters_.begin() + static_cast<std::ptrdiff_t>(cursor_));
      return {cursor_, 1, {}};
    }
    const std::size_t count = draw_.below(2400) == 0 ? 200 : 1;
    SessionPatch out{cursor_, 0, {}};
    for (std::size_t i = 0; i < count; ++i) {
      letters_.insert(letters_.begin() + static_cast<std::ptrdiff_t>(cursor_++), letter());
      out.inserted += letters_[cursor_ - 1];
    }
    return out;
  }

  std::size_t length() const { return letters_.size(); }
  std::string text() const {
    std::string out;
    for (const std::string& one : letters_) out += one;
    return out;
  }

 private:
  void begin_burst() {
    left_ = 5 + draw_.below(56);
    erasing_ = draw_.below(6) == 0;
    if (draw_.below(4) == 0) cursor_ = draw_.below(letters_.size() + 1);
  }

  // Common letters more often than rare ones.
  std::string letter() {
    static constexpr std::array<const char*, 32> kLetters = {
        " ", " ", " ", " ", " ", "e", "e", "e", "e", "e", "r", "r", "n", "n", "d", "d",
        "t", "t", "a", "a", "i", "s", "l", "o", "g", "k", "m", "v", "å", "ø", "æ", "\n"};
    return kLetters[draw_.below(kLetters.size())];
  }

  Draw draw_;
  std::vector<std::string> letters_;
  std::size_t cursor_ = 0;
  std::size_t left_ = 0;
  bool erasing_ = false;
};

}  // namespace

EditingSession generate_sequential(std::uint64_t seed, std::size_t keystrokes) {
  EditingSession out;
  out.name = "generated, " + std::to_string(keystrokes) + " keystrokes";
  Author author(seed);
  for (std::size_t at = 0; at < keystrokes; ++at) {
    SessionTransaction one{{}, 0, {author.next()}};
    if (at > 0) one.parents = {at - 1};
    out.transactions.push_back(std::move(one));
  }
  out.end_text = author.text();
  return out;
}

// The text is the first author's part, a dash, and the second author's part.
EditingSession generate_two_authors(std::uint64_t seed, std::size_t keystrokes,
                                    std::size_t apart_max) {
  EditingSession out;
  out.name = "generated, two authors, " + std::to_string(keystrokes) + " keystrokes";
  out.concurrent = true;
  out.transactions.push_back({{}, 0, {{0, 0, "-"}}});
  std::array<Author, 2> authors{Author(seed), Author(seed + 1)};
  std::array<std::size_t, 2> newest{0, 0};  // transaction of each author
  std::array<std::size_t, 2> seen_of_other{0, 0};
  std::array<std::size_t, 2> seen_length{0, 0};  // of the other's part
  std::array<std::size_t, 2> apart{1, 1};
  Draw draw(seed + 2);
  while (out.transactions.size() < keystrokes) {
    const std::size_t who = draw.below(2);
    const std::size_t other = 1 - who;
    SessionTransaction one{{newest[who]}, who, {}};
    if (--apart[who] == 0) {
      apart[who] = 1 + draw.below(apart_max);
      const bool news = newest[other] != seen_of_other[who];
      // What the other had seen of this author's work may be all of it.
      const bool all = seen_of_other[other] == newest[who] || newest[who] == 0;
      if (news && all) one.parents = {newest[other]};
      if (news && !all) one.parents = {newest[who], newest[other]};
      seen_of_other[who] = newest[other];
      seen_length[who] = authors[other].length();
    }
    one.patches.push_back(authors[who].next());
    if (who == 1) one.patches[0].position += seen_length[1] + 1;
    std::sort(one.parents.begin(), one.parents.end());
    newest[who] = out.transactions.size();
    out.transactions.push_back(std::move(one));
  }
  out.end_text = authors[0].text() + "-" + authors[1].text();
  return out;
}

}  // namespace feltbog::testing
