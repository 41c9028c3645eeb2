// SPDX-License-Identifier: Apache-2.0
// Replays index-based edits of one text across concurrent branches, after Gentle & Kleppmann,
// "Collaborative Text Editing with Eg-walker" (EuroSys 2025). Not the text itself: it knows where
// characters stand, not which they are. Which edits to replay, and when, is text_merge.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/document/span_tree.h"

namespace feltbog::document {

// Every character carries two states. *Prepare*: as of the version the next edit was made on, moved
// about by retreat and advance. *Effect*: as of everything applied so far, only ever going on.
// Positions come in by the first and go out by the second. What edits insert and erase is numbered
// in units (EditLog::first_unit), and a row of edits is handled like one.
class TextWalker {
 public:
  // Which of two concurrent insertions at the same place comes first, by their first units.
  class Order {
   public:
    virtual ~Order() = default;
    virtual bool precedes(std::uint64_t unit, std::uint64_t other) const = 0;
  };

  // Starts from a text of that length, of which nothing but the length is known.
  explicit TextWalker(std::uint64_t base_length);

  // Takes units of applied insertions, or erasures, out of the prepare state, or puts them back.
  // Out in the reverse of an order in which they could be put in.
  void move_inserted(std::uint64_t unit, std::uint64_t length, bool forward);
  void move_erased(std::uint64_t unit, std::uint64_t length, bool forward);

  // Applies an insertion made on the prepare state, which then contains it; its units are greater
  // than all before. Positions beyond the end of that state count as the end. Returns the position
  // in the effect state just before. A masked one never comes into the effect state.
  std::uint64_t insert(std::uint64_t unit, std::uint64_t position, std::uint64_t length,
                       bool masked, const Order& order);

  struct Erased {
    std::uint64_t position;  // in the effect state, with the stretches before it erased already
    std::uint64_t count;
  };
  // What is erased in the effect state already is not reported again. Backward: the first unit is
  // the last character. A masked one leaves the effect state as it is.
  std::vector<Erased> erase(std::uint64_t unit, std::uint64_t position, std::uint64_t count,
                            bool backward, bool masked);

  // The character at a position of the prepare state; none at its end and beyond.
  std::optional<std::uint64_t> unit_at(std::uint64_t position) const;
  std::uint64_t prepare_length() const { return tree_.prepare_total(); }
  struct Standing {
    std::uint64_t before;  // how many characters
    bool shown;
  };
  // Where a character, or what is left of it, stands in the effect state.
  Standing standing(std::uint64_t unit) const;

  // Units inserted one after another that share their state, in the order in which they stand.
  struct Stretch {
    std::uint64_t unit;
    std::uint64_t length;
    bool prepare;  // whether they are there in the prepare state
    bool effect;
  };
  // All but what the base text had.
  std::vector<Stretch> stretches() const;

 private:
  using Unit = std::uint64_t;
  static constexpr Unit kBase = Unit{1} << 63;  // from here on: characters of the base text
  static constexpr Unit kNone = ~Unit{0};       // the text's beginning or end

  // Neighbouring characters with consecutive units that share their state. Each one's left origin,
  // but the first's, is the character before it; the right origin is common to all.
  struct Span {
    Unit first = kNone;
    std::uint64_t length = 0;
    Unit left = kNone;
    Unit right = kNone;
    std::uint32_t prepare = 1;  // 0: not inserted yet; 1: there; n + 1: erased n times
    bool erased = false;        // in the effect state

    Unit last() const { return first + length - 1; }
    SpanTree::Width width() const { return {prepare == 1 ? length : 0, erased ? 0 : length}; }
  };
  // Units of an erasure, and the characters they erased.
  struct Erasure {
    Unit unit;
    std::uint64_t length;
    Unit first;
    bool backward;
  };
  // Where a character stands: comparable along the sequence.
  struct Place {
    SpanIndex span = kNoSpan;  // the end
    std::uint64_t offset = 0;
  };

  SpanIndex add(SpanIndex after, const Span& span);
  void split(SpanIndex span, std::uint64_t length);
  SpanIndex span_of(Unit unit) const;
  Place place_of(Unit unit) const;
  bool before(const Place& a, const Place& b) const;
  SpanIndex open_gap(std::uint64_t position);
  SpanIndex integrate(const Span& fresh, SpanIndex left, const Order& order) const;
  template <class Alter>
  void alter(Unit first, std::uint64_t length, Alter alter);

  SpanTree tree_;
  std::vector<Span> spans_;                         // by SpanIndex
  std::vector<std::pair<Unit, SpanIndex>> starts_;  // of insertions; ascending
  std::map<Unit, SpanIndex> pieces_;                // of spans split since, but the first of each
  std::vector<Erasure> erasures_;                   // ascending
};

}  // namespace feltbog::document
