// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/workspace.h"

#include "core/base/cbor.h"
#include "core/workspace/access_log.h"
#include "core/workspace/call.h"
#include "core/workspace/command.h"
#include "core/workspace/core.h"
#include "core/workspace/device_replica.h"
#include "core/workspace/dropped_notes.h"
#include "core/workspace/schema.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

// A database that was cut off while it was made has a schema and nothing else: it gets its identity
// now.
Result<void> give_identity(store::Database& database, Random& random) {
  FELTBOG_TRY(row, database.prepare("SELECT EXISTS(SELECT 1 FROM setting) OR "
                                    "EXISTS(SELECT 1 FROM organisation_record) OR "
                                    "EXISTS(SELECT 1 FROM batch)"));
  FELTBOG_TRY(found, row.step());
  if (!found || row.integer(0) != 0) return Error{ErrorCode::corrupt, "no identity"};
  row.reset();
  Bytes secret = ledger::DeviceIdentity::make(random).encode();
  auto written = write_setting(database, setting::kIdentity, secret);
  crypto::wipe(secret);
  return written;
}

Result<ledger::DeviceIdentity> read_identity(store::Database& database, Random& random) {
  FELTBOG_TRY(stored, read_setting(database, setting::kIdentity));
  if (!stored) {
    FELTBOG_CHECK(give_identity(database, random));
    FELTBOG_TRY(given, read_setting(database, setting::kIdentity));
    stored = std::move(given);
  }
  auto identity = ledger::DeviceIdentity::decode(*stored);
  crypto::wipe(*stored);
  return identity;
}

Result<std::unique_ptr<Core>> read_core(const Environment& environment, std::string_view path,
                                        const crypto::Key& key) {
  FELTBOG_TRY(database, store::Database::open(*environment.disk, path, key, *environment.random));
  FELTBOG_CHECK(store::migrate(*database, workspace_migrations()));
  FELTBOG_TRY(identity, read_identity(*database, *environment.random));
  FELTBOG_TRY(incarnation, read_incarnation(*database));
  auto core = std::make_unique<Core>(environment, path, std::move(database), std::move(identity),
                                     incarnation);
  FELTBOG_CHECK(core->reread());
  core->access->room().take_once();
  core->replica->resume();
  return core;
}

template <class Invite>
void keep_server(UnitOfWork& work, const Invite& invite) {
  work.keep_setting(setting::kServerAddress, to_bytes(as_bytes(invite.server_address)));
  work.keep_setting(setting::kServerPin, to_bytes(invite.pin.view()));
  work.keep_setting(setting::kServerKey, to_bytes(invite.server_key.view()));
}

Result<std::optional<Value>> earlier_result(store::Database& database, const std::string& request) {
  if (request.size() > kRequestBytesMax) return Error{ErrorCode::invalid_argument, "request"};
  FELTBOG_TRY(row, database.prepare("SELECT result FROM request WHERE name = ?1"));
  row.bind(1, request);
  FELTBOG_TRY(found, row.step());
  if (!found) return std::optional<Value>();
  FELTBOG_TRY(result, decode_cbor(row.bytes(0)));
  return std::optional<Value>(std::move(result));
}

}  // namespace

Workspace::Workspace(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Workspace::~Workspace() = default;

Result<std::unique_ptr<Workspace>> Workspace::create(const Environment& environment,
                                                     std::string_view path,
                                                     const crypto::Key& key) {
  FELTBOG_TRY(exists, environment.disk->exists(path));
  if (exists) return Error{ErrorCode::already_exists, "database"};
  FELTBOG_TRY(core, read_core(environment, path, key));
  return std::unique_ptr<Workspace>(new Workspace(std::move(core)));
}

Result<std::unique_ptr<Workspace>> Workspace::open(const Environment& environment,
                                                   std::string_view path, const crypto::Key& key) {
  FELTBOG_TRY(exists, environment.disk->exists(path));
  if (!exists) return Error{ErrorCode::not_found, "database"};
  FELTBOG_TRY(core, read_core(environment, path, key));
  return std::unique_ptr<Workspace>(new Workspace(std::move(core)));
}

Stage Workspace::stage() const { return core_->stage(); }

std::optional<ServerAddress> Workspace::server() const {
  const auto address = read_setting(*core_->database, setting::kServerAddress);
  const auto pin = read_setting(*core_->database, setting::kServerPin);
  if (!address || !address.value() || !pin || !pin.value()) return std::nullopt;
  const auto checked = ledger::CertificatePin::from(*pin.value());
  if (!checked) return std::nullopt;
  return ServerAddress{std::string(as_text(*address.value())), checked.value()};
}

Result<void> Workspace::found_organisation(const ledger::FoundingInvite& invite,
                                           std::string_view user_name) {
  if (user_name.empty()) return Error{ErrorCode::invalid_argument, "user_name"};
  Core& core = *core_;
  FELTBOG_CHECK(core.ready());
  // An organisation the server would not have is gone; another may be founded.
  const bool is_free = stage() == Stage::empty ||
                       (stage() == Stage::founding && core.membership.organisation().empty());
  if (!is_free) return Error{ErrorCode::wrong_state, "already in an organisation"};
  Random& random = *core.environment.random;
  const auto user = random.make<UserId>();
  const ledger::RoleSet roles{ledger::Role::administrator, ledger::Role::caseworker,
                              ledger::Role::supervisor};
  FELTBOG_TRY(record, ledger::found_organisation(random.make<OrganisationId>(), core.identity,
                                                 invite.server_key, user, roles));
  UnitOfWork work(core);
  work.forget_logs();
  work.found(std::move(record), user);
  // The directory is the space all of the organisation share: who is who, and which pathways are in
  // use.
  FELTBOG_TRY(directory, work.create_space(ledger::SpaceKind::directory, {}));
  FELTBOG_TRY(draft, work.draft(directory));
  draft->set({}, user_name_field(to_base32(user.view())), Value(user_name));
  keep_server(work, invite);
  work.keep_setting(setting::kOffice, to_bytes(as_bytes(invite.to_text())));
  work.keep_setting(setting::kUser, to_bytes(user.view()));
  work.keep_setting(setting::kDirectory, to_bytes(directory.view()));
  FELTBOG_CHECK(work.commit());
  return core.reread();
}

Result<void> Workspace::accept_invite(const ledger::Invite& invite) {
  Core& core = *core_;
  FELTBOG_CHECK(core.ready());
  if (stage() != Stage::empty && stage() != Stage::enrolling) {
    return Error{ErrorCode::wrong_state, "already in an organisation"};
  }
  UnitOfWork work(core);
  // Whatever came under an earlier invite comes again, from the server this one names.
  work.forget_logs();
  keep_server(work, invite);
  work.keep_setting(setting::kInvite, to_bytes(as_bytes(invite.to_text())));
  FELTBOG_CHECK(work.commit());
  return core.reread();
}

Result<Value> Workspace::call(std::string_view command, const Value& parameters,
                              const CallContext& context) {
  const CommandRow* row = find_command(command);
  // What was typed could be anything; it is not repeated.
  if (row == nullptr) return Error{ErrorCode::unknown_command, {}};
  FELTBOG_CHECK(check_parameters(*row, parameters));
  FELTBOG_CHECK(admit(*core_, *row));
  const bool named = row->shape == Shape::command && !context.request.empty();
  if (named) {
    FELTBOG_TRY(before, earlier_result(*core_->database, context.request));
    if (before) return std::move(*before);
  }
  Call call(*core_, *row, parameters, context);
  FELTBOG_TRY(result, call.run(nullptr));
  const bool keeps = named && !call.shown_once() && !call.work().empty();
  if (keeps) call.work().keep_result(context.request, result);
  FELTBOG_CHECK(call.work().commit());
  // Notes that can be filed now are. Where that fails, the next call tries again; this one is done.
  static_cast<void>(core_->dropped->file_all().has_value());
  return result;
}

std::uint64_t Workspace::revision() const { return core_->revision; }

bool Workspace::has_local_work() const {
  if (core_->membership.waiting_count() > 0) return true;
  const auto waits = core_->replica->content_waits();
  return waits && waits.value();
}

Result<bool> Workspace::wipe_due() {
  FELTBOG_CHECK(core_->ready());
  if (!core_->barred()) return false;
  FELTBOG_TRY(leaving, read_setting(*core_->database, setting::kLeaving));
  if (!leaving && !core_->wipe_ordered()) return false;
  return core_->replica->rescue_is_over();
}

Result<void> Workspace::rest() { return core_->rest(); }

ledger::Replica& Workspace::replica() { return *core_->replica; }

}  // namespace feltbog::workspace
