// SPDX-License-Identifier: Apache-2.0
// One space opened: its history in memory, read from the database when first asked for.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/document/history.h"
#include "core/ledger/run.h"
#include "core/store/database.h"

namespace feltbog::workspace {

struct SpaceFile {
  SpaceId id;
  WriterId writer;  // this device's own, in this space
  document::History history;
  // Changes of genuine runs that no honest program makes (a history that does not tell the truth).
  // They are kept and have no effect on any replica, nor do later ones of the same writer.
  std::vector<document::ChangeId> refused;

  std::size_t saved_changes = 0;  // how many of its changes are in the saved history
};

// The changes in a run.
std::vector<document::ChangeId> changes_in(const ledger::RunHeader& run);

// The files that are open. A file whose memory may differ from the database (after a failed
// transaction) is put away and read again.
class SpaceFiles {
 public:
  SpaceFiles(store::Database& database, DeviceId device, std::uint32_t incarnation)
      : database_(&database), device_(device), incarnation_(incarnation) {}

  // Reads the saved history of the space, and the changes it lacks, once. The pointer is good until
  // put_away. Errors: corrupt, and those of the database.
  Result<SpaceFile*> open(const SpaceId& space);
  void put_away(const SpaceId& space) { open_.erase(space); }
  // Under which incarnation this device writes. Puts away all.
  void write_as(std::uint32_t incarnation) {
    open_.clear();
    incarnation_ = incarnation;
  }
  // For when nobody waits: lets go of what only makes merging quicker, and saves the histories that
  // have enough new changes, each in a transaction of its own. Errors: those of the database.
  Result<void> rest();

  // Stores changes of one writer that follow each other; `run` is the place of the run they came
  // in, none for work not sealed yet.
  Result<void> store(const SpaceId& space, std::span<const document::Change> changes,
                     std::optional<std::int64_t> run);

 private:
  Result<void> read(SpaceFile& file);

  store::Database* database_;
  DeviceId device_;
  std::uint32_t incarnation_;
  std::map<SpaceId, std::unique_ptr<SpaceFile>> open_;
};

}  // namespace feltbog::workspace
