// SPDX-License-Identifier: Apache-2.0
// The tables of a relay's database, version by version.
#include "server/relay_schema.h"

#include <array>

namespace feltbog::server {
namespace {

// record: both kinds of log, wraps beside the record they hang on (null where it has none, or once
//   destroyed).
// member: who is a member of what now, derived from the spaces' logs, for the question a session
//   begins with.
// run: the unique constraints are the last line of defence against two runs at one place.
//   bytes_through is the sum of the bytes of all runs of the space up to this one.
// writer: the tip of each chain, as ledger::WriterTip.
constexpr std::string_view kVersion1 = R"(
  CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE record (
    log_kind INTEGER NOT NULL,
    log BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    record BLOB NOT NULL,
    wraps BLOB,
    received_at INTEGER NOT NULL,
    UNIQUE (log_kind, log, sequence)
  );
  CREATE TABLE space (
    space BLOB PRIMARY KEY,
    last_position INTEGER NOT NULL,
    order_hash BLOB NOT NULL,
    run_bytes INTEGER NOT NULL,
    chunk_bytes INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE member (
    user BLOB NOT NULL,
    space BLOB NOT NULL,
    PRIMARY KEY (user, space)
  ) WITHOUT ROWID;
  CREATE INDEX member_by_space ON member (space);
  CREATE TABLE run (
    space BLOB NOT NULL,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    writer BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    bytes_through INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    run BLOB NOT NULL,
    UNIQUE (space, position),
    UNIQUE (writer, sequence)
  );
  CREATE TABLE writer (
    writer BLOB PRIMARY KEY,
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL,
    next_counter INTEGER NOT NULL,
    space_sequence INTEGER NOT NULL,
    organisation_sequence INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE chunk (
    space BLOB NOT NULL,
    hash BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (space, hash)
  );
)";

}  // namespace

std::span<const store::Migration> relay_migrations() {
  static const std::array<store::Migration, 1> kSteps{store::Migration{kVersion1}};
  return kSteps;
}

}  // namespace feltbog::server
