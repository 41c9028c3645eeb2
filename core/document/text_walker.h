// SPDX-License-Identifier: Apache-2.0
// Replays index-based edits of one text across concurrent branches, after Gentle & Kleppmann,
// "Collaborative Text Editing with Eg-walker" (EuroSys 2025). Not the text itself: it knows where
// characters stand, not which they are. Which edits to replay, and when, is text_field.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace feltbog::document {

// An edit's place in the list of its field's edits.
using EditIndex = std::uint32_t;

// Every character carries two states. *Prepare*: as of the version the next edit was made on, moved
// about by retreat() and advance(). *Effect*: as of everything applied so far, only ever going on.
// Positions come in by the first and go out by the second.
class TextWalker {
 public:
  // Which of two concurrent insertions at the same place comes first.
  using Precedes = std::function<bool(EditIndex, EditIndex)>;

  // Starts from a text of that length, of which nothing but the length is known.
  explicit TextWalker(std::uint64_t base_length);

  // Takes an applied edit out of, or puts it back into, the prepare state. Retreat in the reverse
  // of an order in which advance() would be valid.
  void retreat(EditIndex edit, bool is_insert) { move(edit, is_insert, false); }
  void advance(EditIndex edit, bool is_insert) { move(edit, is_insert, true); }

  // Applies an edit made on the prepare state, which then contains it. Positions beyond the end of
  // that state count as the end. Returns the position in the effect state just before.
  std::uint64_t insert(EditIndex edit, std::uint64_t position, std::uint64_t length,
                       const Precedes& precedes);

  struct Erased {
    std::uint64_t position;  // in the effect state, with the stretches before it erased already
    std::uint64_t count;
  };
  // What is erased in the effect state already is not reported again.
  std::vector<Erased> erase(EditIndex edit, std::uint64_t position, std::uint64_t count);

  std::size_t span_count() const { return spans_.size(); }

 private:
  static constexpr EditIndex kBase = 0xFFFFFFFF;  // characters of the base text
  static constexpr EditIndex kNone = 0xFFFFFFFE;  // the text's beginning or end

  struct CharacterId {
    EditIndex edit = kNone;
    std::uint64_t offset = 0;
    friend bool operator==(const CharacterId&, const CharacterId&) = default;
  };
  // Neighbouring characters of one edit that share their state. Each one's left origin, but the
  // first's, is the character before it; the right origin is common to all.
  struct Span {
    CharacterId first;
    std::uint64_t length = 0;
    CharacterId left;
    CharacterId right;
    std::uint32_t prepare = 1;  // 0: not inserted yet; 1: there; n + 1: erased n times
    bool erased = false;        // in the effect state

    CharacterId last() const { return {first.edit, first.offset + length - 1}; }
    std::uint64_t prepare_length() const { return prepare == 1 ? length : 0; }
    std::uint64_t effect_length() const { return erased ? 0 : length; }
    bool holds(const CharacterId& id) const {
      return id.edit == first.edit && id.offset >= first.offset &&
             id.offset < first.offset + length;
    }
  };
  struct Range {
    CharacterId first;
    std::uint64_t length = 0;
  };
  // A character's place: comparable along the sequence.
  struct Place {
    std::size_t span;
    std::uint64_t offset;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  void move(EditIndex edit, bool is_insert, bool forward);
  void move_range(const Range& range, bool forward);
  void split(std::size_t span, std::uint64_t length);
  Place place_of(const CharacterId& id) const;
  std::size_t open_gap(std::uint64_t position);
  std::size_t integrate(const Span& fresh, std::size_t gap, const Precedes& precedes) const;

  std::vector<Span> spans_;
  std::unordered_map<EditIndex, std::vector<Range>> erasures_;
};

}  // namespace feltbog::document
