// SPDX-License-Identifier: Apache-2.0
// What is read from the settings, and what every durable step does to memory.
#include "core/workspace/core.h"

#include <algorithm>

#include "core/workspace/access_log.h"
#include "core/workspace/device_replica.h"
#include "core/workspace/dropped_notes.h"
#include "core/workspace/lease.h"
#include "core/workspace/search_index.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

Result<Joining> read_joining(store::Database& database) {
  Joining out;
  FELTBOG_TRY(user, read_setting(database, setting::kUser));
  if (user) {
    FELTBOG_TRY(id, UserId::from(*user));
    out.user = id;
  }
  FELTBOG_TRY(directory, read_setting(database, setting::kDirectory));
  if (directory) {
    FELTBOG_TRY(id, SpaceId::from(*directory));
    out.directory = id;
  }
  FELTBOG_TRY(invite, read_setting(database, setting::kInvite));
  if (invite) {
    FELTBOG_TRY(parsed, ledger::Invite::parse(as_text(*invite)));
    out.invite = std::move(parsed);
  }
  FELTBOG_TRY(office, read_setting(database, setting::kOffice));
  if (office) {
    FELTBOG_TRY(parsed, ledger::FoundingInvite::parse(as_text(*office)));
    out.office = std::move(parsed);
  }
  FELTBOG_TRY(offered, read_setting(database, setting::kOffered));
  out.offered = offered.has_value();
  return out;
}

}  // namespace

Core::Core(const Environment& outside, std::string_view path,
           std::unique_ptr<store::Database> opened, ledger::DeviceIdentity device,
           std::uint32_t number)
    : environment(outside),
      database(std::move(opened)),
      identity(std::move(device)),
      incarnation(number),
      membership(*database, identity),
      files(*database, identity.id, number),
      replica(std::make_unique<DeviceReplica>(*this)),
      access(std::make_unique<AccessLog>(*this, std::string(path) + "-room")),
      lease(std::make_unique<Lease>(*this)),
      dropped(std::make_unique<DroppedNotes>(*this)) {}

Core::~Core() = default;

Result<void> Core::reread() {
  stale_ = true;
  pathways.clear();
  FELTBOG_TRY(number, read_incarnation(*database));
  write_as(number);
  FELTBOG_TRY(stored_revision, read_number(*database, setting::kRevision, 1));
  FELTBOG_TRY(stored_joining, read_joining(*database));
  FELTBOG_CHECK(membership.load());
  FELTBOG_CHECK(lease->load());
  revision = stored_revision;
  joining = std::move(stored_joining);
  stale_ = false;
  return {};
}

void Core::write_as(std::uint32_t number) {
  incarnation = number;
  files.write_as(number);
}

Result<void> Core::taking() {
  FELTBOG_CHECK(ready());
  if (stage() == Stage::revoked) return ErrorCode::revoked;
  return {};
}

Result<void> Core::serving() {
  FELTBOG_CHECK(taking());
  return lease->check();
}

Result<void> Core::rest() {
  FELTBOG_CHECK(ready());
  return files.rest();
}

Result<void> Core::keep_room() { return access->room().take_back(); }

Result<void> Core::next_revision() {
  ++revision;
  return write_number(*database, setting::kRevision, revision);
}

Result<void> Core::index(const SpaceFile& file, const document::AddEffect& effect) {
  std::vector<document::DocumentId> touched = effect.created;
  for (const auto& field : effect.fields) touched.push_back(field.document);
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const auto& document : touched) FELTBOG_CHECK(index_document(*database, file, document));
  return {};
}

void Core::announce(const std::vector<SpaceEffect>& effects) {
  for (const SpaceEffect& effect : effects) {
    if (effect.space == joining.directory) pathways.clear();
    for (EffectListener* listener : listeners) listener->on_effect(effect.space, effect.effect);
  }
}

const ledger::DeviceEntry* Core::own_entry() const {
  const auto* device = membership.organisation().device(identity.id);
  const bool is_in = device != nullptr && device->added_at <= membership.organisation_accepted();
  return is_in ? device : nullptr;
}

bool Core::barred() const {
  const auto* device = own_entry();
  return device != nullptr && device->barred_at != 0 &&
         device->barred_at <= membership.organisation_accepted();
}

bool Core::wipe_ordered() const {
  const auto* device = own_entry();
  return device != nullptr && device->wipe_ordered_at != 0 &&
         device->wipe_ordered_at <= membership.organisation_accepted();
}

Stage Core::stage() const {
  if (const auto* device = own_entry()) {
    return device->barred_at == 0 ? Stage::member : Stage::revoked;
  }
  if (joining.office) return Stage::founding;
  return joining.invite ? Stage::enrolling : Stage::empty;
}

}  // namespace feltbog::workspace
