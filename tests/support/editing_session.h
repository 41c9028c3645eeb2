// SPDX-License-Identifier: Apache-2.0
// Recorded editing sessions: who typed what where, having seen which transactions, and what the
// text was in the end. Read from files in the format of github.com/josephg/editing-traces, or made
// by a generator of our own. Not the engine's changes; to_changes() makes those.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/document/change.h"

namespace feltbog::testing {

struct SessionPatch {
  std::uint64_t position = 0;  // code points
  std::uint64_t erased = 0;
  std::string inserted;
};

struct SessionTransaction {
  std::vector<std::size_t> parents;  // what its author had seen; empty: nothing
  std::uint64_t author = 0;
  std::vector<SessionPatch> patches;  // one after another, on the parents' state
};

struct EditingSession {
  std::string name;
  bool concurrent = false;
  std::string end_text;
  std::vector<SessionTransaction> transactions;  // each after its parents

  std::size_t patch_count() const;
};

// Reads a .json or .json.gz file (the latter with gzip from the path). Errors: io_error, malformed.
Result<EditingSession> read_session(const std::string& path);
// Those of a folder, by name. Errors: as read_session.
Result<std::vector<EditingSession>> read_sessions(const std::string& folder);
// In the same format, uncompressed, for programs in other languages.
std::string to_json(const EditingSession& session);

// One author's note of `keystrokes` keystrokes: bursts of 5 to 60 letters typed at a cursor that
// mostly stays where it is and sometimes jumps; one burst in six is backspaces, one in forty a
// paste of 200 letters. Letters are those of Danish.
EditingSession generate_sequential(std::uint64_t seed, std::size_t keystrokes);
// Two authors, each in a half of the text, with the same habits; they see each other's work every
// 1 to `apart_max` keystrokes, each for himself.
EditingSession generate_two_authors(std::uint64_t seed, std::size_t keystrokes,
                                    std::size_t apart_max);

// The session as changes on the root's field "body", in order; a transaction becomes one change, or
// more when it has very many patches. `ops_max` joins transactions of a sequential session.
std::vector<document::Change> to_changes(const EditingSession& session, std::size_t ops_max = 1);

}  // namespace feltbog::testing
