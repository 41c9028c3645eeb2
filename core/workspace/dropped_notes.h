// SPDX-License-Identifier: Apache-2.0
// Notes that are taken down without anything being shown, as into a letter box: sealed at once to
// this device's own key, and made ordinary notes when its lease runs. Why: docs/leases.md.
#pragma once

#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/workspace/core.h"
#include "core/workspace/draft.h"

namespace feltbog::workspace {

struct DroppedNote {
  std::string file;      // as it was said; empty: not said
  std::string happened;  // local time, "2026-11-17T10:30"
  WallTime recorded;
  std::string text;
};

// So that a note made of it fits into a change.
inline constexpr std::size_t kDroppedNoteBytesMax = document::kTextPerOpBytesMax;

class DroppedNotes {
 public:
  explicit DroppedNotes(Core& core) : core_(&core) {}

  // For UnitOfWork::drop_note. Error: limit_exceeded.
  Result<Bytes> seal(const DroppedNote& note);
  // All there are.
  Result<std::int64_t> count();

  // The rest only while the lease has not lapsed; what is opened is shown, or filed.
  struct Waiting {
    std::int64_t id = 0;
    DroppedNote note;
  };
  Result<std::vector<Waiting>> list();
  // Error: not_found.
  Result<DroppedNote> open(std::int64_t id);

  // Makes notes of those whose case is here and takes them, each in a transaction of its own. The
  // others stay. Does nothing while the lease has lapsed, or while nothing has come since the last
  // time. Errors: those of the database.
  Result<void> file_all();
  // There may be more cases now.
  void look_again() { due_ = true; }

 private:
  Bytes context() const;
  Result<DroppedNote> unseal(BytesView sealed);
  Result<void> file(const Waiting& waiting);

  Core* core_;
  bool due_ = true;
};

// Makes a note of it in `draft`.
document::DocumentId begin_dropped_note(Draft& draft, const DroppedNote& note);

}  // namespace feltbog::workspace
