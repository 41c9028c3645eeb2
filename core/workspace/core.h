// SPDX-License-Identifier: Apache-2.0
// The parts of an open workspace and what they share. For this room only; the face is workspace.h.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/casework/pathway.h"
#include "core/ledger/identity.h"
#include "core/workspace/membership.h"
#include "core/workspace/space_file.h"
#include "core/workspace/workspace.h"

namespace feltbog::workspace {

class AccessLog;
class DeviceReplica;
class DroppedNotes;
class Lease;

// Somebody who follows what changes in files: an open editor.
class EffectListener {
 public:
  virtual ~EffectListener() = default;
  // Called after the change is durable.
  virtual void on_effect(const SpaceId& space, const document::AddEffect& effect) = 0;
};

struct SpaceEffect {
  SpaceId space;
  document::AddEffect effect;
};

// What the settings say of this device's way into an organisation.
struct Joining {
  UserId user;  // zero until known
  std::optional<SpaceId> directory;
  std::optional<ledger::Invite> invite;          // accepted and not yet used
  std::optional<ledger::FoundingInvite> office;  // founded here and not yet taken by the server
  bool offered = false;  // the record that lets this device in, to the server
};

struct Core {
  // `path` is the database's.
  Core(const Environment& outside, std::string_view path, std::unique_ptr<store::Database> opened,
       ledger::DeviceIdentity device, std::uint32_t number);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Environment environment;
  std::unique_ptr<store::Database> database;
  ledger::DeviceIdentity identity;
  std::uint32_t incarnation = 1;
  std::uint64_t revision = 1;
  Joining joining;
  Membership membership;
  SpaceFiles files;
  std::unique_ptr<DeviceReplica> replica;
  std::unique_ptr<AccessLog> access;
  std::unique_ptr<Lease> lease;
  std::unique_ptr<DroppedNotes> dropped;
  std::map<std::string, casework::Pathway, std::less<>> pathways;  // by "id:version", as read
  std::vector<EffectListener*> listeners;  // borrowed; each takes itself out

  // Reads memory from the database: when it is opened, and after a transaction failed, which leaves
  // memory ahead of it.
  Result<void> reread();
  // To be called before memory is relied on. Error: the one that keeps memory from being read again
  // after a failure.
  Result<void> ready() { return stale_ ? reread() : Result<void>(); }
  // The same before anything is taken down. Error also: revoked.
  Result<void> taking();
  // The same before anything of a case is shown or changed. Errors also: revoked, lease_lapsed.
  Result<void> serving();
  // See Workspace::rest.
  Result<void> rest();
  // Runs `work` in one transaction; when anything fails, memory is read again and the database is
  // as before. `work` is a Result<bool>(): whether there is something new for a reader, which
  // raises the revision. Error also: disk_full, while room is lacking that is kept for the access
  // log.
  template <class Work>
  Result<void> durably(Work work);
  // Under which incarnation this device writes from now on. What is open in memory is put away.
  void write_as(std::uint32_t number);
  // Raises the revision, durably, within the caller's transaction.
  Result<void> next_revision();

  // Writes the words of what an effect touched into the search index, within the transaction.
  Result<void> index(const SpaceFile& file, const document::AddEffect& effect);
  // Tells the listeners, after the commit.
  void announce(const std::vector<SpaceEffect>& effects);

  const UserId& user() const { return joining.user; }
  ledger::RoleSet roles() const { return membership.organisation().roles(user()); }
  Stage stage() const;
  // As the log says that the server has accepted: a revocation that waits here bars nobody yet.
  bool barred() const;
  bool wipe_ordered() const;

 private:
  // Null before the server has accepted it.
  const ledger::DeviceEntry* own_entry() const;

  Result<void> keep_room();
  bool stale_ = false;
};

template <class Work>
Result<void> Core::durably(Work work) {
  FELTBOG_CHECK(ready());
  FELTBOG_CHECK(keep_room());
  FELTBOG_TRY(transaction, database->begin());
  auto written = [&]() -> Result<void> {
    FELTBOG_TRY(visible, work());
    if (visible) FELTBOG_CHECK(next_revision());
    return transaction.commit();
  }();
  if (!written) {
    transaction.rollback();
    // Where reading again fails too, ready() tries anew; the first error is the one to tell.
    static_cast<void>(reread().has_value());
  }
  return written;
}

}  // namespace feltbog::workspace
