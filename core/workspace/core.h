// SPDX-License-Identifier: Apache-2.0
// The parts of an open workspace and what they share. For this room only; the face is workspace.h.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/casework/pathway.h"
#include "core/ledger/identity.h"
#include "core/workspace/membership.h"
#include "core/workspace/space_file.h"
#include "core/workspace/workspace.h"

namespace feltbog::workspace {

class DeviceReplica;

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

struct Core {
  Environment environment;
  std::unique_ptr<store::Database> database;
  ledger::DeviceIdentity identity;
  UserId user;
  std::optional<SpaceId> directory;
  std::uint32_t incarnation = 1;
  std::uint64_t revision = 1;
  Membership membership;
  SpaceFiles files;
  std::unique_ptr<DeviceReplica> replica;
  std::map<std::string, casework::Pathway, std::less<>> pathways;  // by "id:version", as read
  std::vector<EffectListener*> listeners;  // borrowed; each takes itself out

  // After a transaction failed: memory may be ahead of the database, so it is read again.
  Result<void> reread();
  // Raises the revision, durably, within the caller's transaction.
  Result<void> next_revision();

  // Writes the words of what an effect touched into the search index, within the transaction.
  Result<void> index(const SpaceFile& file, const document::AddEffect& effect);
  // Tells the listeners, after the commit.
  void announce(const std::vector<SpaceEffect>& effects);

  ledger::RoleSet roles() const { return membership.organisation().roles(user); }
  Stage stage();
};

}  // namespace feltbog::workspace
