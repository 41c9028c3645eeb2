// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/workspace.h"

#include <algorithm>

#include "core/base/cbor.h"
#include "core/workspace/call.h"
#include "core/workspace/command.h"
#include "core/workspace/device_replica.h"
#include "core/workspace/schema.h"
#include "core/workspace/search_index.h"
#include "core/workspace/tables.h"

namespace feltbog::workspace {
namespace {

Bytes decimal(std::uint64_t number) { return to_bytes(as_bytes(std::to_string(number))); }

Result<std::uint64_t> read_number(store::Database& database, std::string_view name,
                                  std::uint64_t otherwise) {
  FELTBOG_TRY(stored, read_setting(database, name));
  if (!stored) return otherwise;
  std::uint64_t number = 0;
  for (const std::uint8_t digit : *stored) {
    if (digit < '0' || digit > '9' || number > UINT64_MAX / 10 - 1) {
      return Error{ErrorCode::corrupt, std::string(name)};
    }
    number = number * 10 + (digit - '0');
  }
  return number;
}

Result<std::unique_ptr<Core>> read_core(const Environment& environment,
                                        std::unique_ptr<store::Database> database) {
  FELTBOG_TRY(secret, read_setting(*database, setting::kIdentity));
  if (!secret) return Error{ErrorCode::corrupt, "no identity"};
  FELTBOG_TRY(identity, ledger::DeviceIdentity::decode(*secret));
  crypto::wipe(*secret);
  FELTBOG_TRY(incarnation, read_number(*database, setting::kIncarnation, 1));
  FELTBOG_TRY(revision, read_number(*database, setting::kRevision, 1));
  FELTBOG_TRY(user, read_setting(*database, setting::kUser));
  FELTBOG_TRY(directory, read_setting(*database, setting::kDirectory));
  store::Database& borrowed = *database;
  const DeviceId device = identity.id;
  const auto number = static_cast<std::uint32_t>(incarnation);
  auto core = std::unique_ptr<Core>(new Core{environment,
                                             std::move(database),
                                             std::move(identity),
                                             {},
                                             {},
                                             number,
                                             revision,
                                             Membership(borrowed),
                                             SpaceFiles(borrowed, device, number),
                                             nullptr,
                                             {},
                                             {}});
  if (user) {
    FELTBOG_TRY(id, UserId::from(*user));
    core->user = id;
  }
  if (directory) {
    FELTBOG_TRY(id, SpaceId::from(*directory));
    core->directory = id;
  }
  FELTBOG_CHECK(core->membership.load(core->identity));
  core->replica = std::make_unique<DeviceReplica>(*core);
  return core;
}

Result<void> write_founding(Core& core, const ledger::FoundingInvite& invite) {
  Random& random = *core.environment.random;
  const auto organisation = random.make<OrganisationId>();
  core.user = random.make<UserId>();
  FELTBOG_TRY(transaction, core.database->begin());
  FELTBOG_CHECK(write_setting(*core.database, setting::kOffice, as_bytes(invite.to_text())));
  FELTBOG_CHECK(
      write_setting(*core.database, setting::kServerAddress, as_bytes(invite.server_address)));
  FELTBOG_CHECK(write_setting(*core.database, setting::kServerPin, invite.pin.view()));
  FELTBOG_CHECK(write_setting(*core.database, setting::kServerKey, invite.server_key.view()));
  FELTBOG_CHECK(write_setting(*core.database, setting::kUser, core.user.view()));
  const ledger::RoleSet roles{ledger::Role::administrator, ledger::Role::caseworker,
                              ledger::Role::supervisor};
  FELTBOG_TRY(record, ledger::found_organisation(organisation, core.identity, invite.server_key,
                                                 core.user, roles));
  FELTBOG_CHECK(core.membership.append(record));
  return transaction.commit();
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

Result<void> Core::reread() {
  files.put_away_all();
  pathways.clear();
  FELTBOG_TRY(stored, read_number(*database, setting::kRevision, 1));
  revision = stored;
  return membership.load(identity);
}

Result<void> Core::next_revision() {
  ++revision;
  return write_setting(*database, setting::kRevision, decimal(revision));
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
    if (effect.space == directory) pathways.clear();
    for (EffectListener* listener : listeners) listener->on_effect(effect.space, effect.effect);
  }
}

Stage Core::stage() {
  const auto& organisation = membership.organisation();
  const auto* device = organisation.device(identity.id);
  if (device != nullptr && device->added_at <= membership.organisation_accepted()) {
    return organisation.device_active(identity.id) ? Stage::member : Stage::revoked;
  }
  const auto has = [this](std::string_view name) {
    const auto stored = read_setting(*database, name);
    return stored && stored.value().has_value();
  };
  if (has(setting::kOffice)) return Stage::founding;
  return has(setting::kInvite) ? Stage::enrolling : Stage::empty;
}

Workspace::Workspace(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Workspace::~Workspace() = default;

Result<std::unique_ptr<Workspace>> Workspace::create(const Environment& environment,
                                                     std::string path, const crypto::Key& key) {
  FELTBOG_TRY(exists, environment.disk->exists(path));
  if (exists) return Error{ErrorCode::already_exists, "database"};
  FELTBOG_TRY(database, store::Database::open(*environment.disk, path, key, *environment.random));
  FELTBOG_CHECK(store::migrate(*database, workspace_migrations()));
  const auto identity = ledger::DeviceIdentity::make(*environment.random);
  Bytes secret = identity.encode();
  FELTBOG_CHECK(write_setting(*database, setting::kIdentity, secret));
  crypto::wipe(secret);
  FELTBOG_TRY(core, read_core(environment, std::move(database)));
  return std::unique_ptr<Workspace>(new Workspace(std::move(core)));
}

Result<std::unique_ptr<Workspace>> Workspace::open(const Environment& environment, std::string path,
                                                   const crypto::Key& key) {
  FELTBOG_TRY(exists, environment.disk->exists(path));
  if (!exists) return Error{ErrorCode::not_found, "database"};
  FELTBOG_TRY(database, store::Database::open(*environment.disk, path, key, *environment.random));
  FELTBOG_CHECK(store::migrate(*database, workspace_migrations()));
  FELTBOG_TRY(core, read_core(environment, std::move(database)));
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
  // Cut off between its two transactions, the founding goes on with the second.
  const bool half_done = stage() == Stage::founding && !core.directory;
  if (stage() != Stage::empty && !half_done) {
    return Error{ErrorCode::wrong_state, "already in an organisation"};
  }
  if (!half_done) FELTBOG_CHECK(write_founding(core, invite));
  // The directory is the space all of the organisation share: who is who, and which pathways are in
  // use.
  UnitOfWork work(core);
  FELTBOG_TRY(directory, work.create_space(ledger::SpaceKind::directory, {}));
  FELTBOG_TRY(draft, work.draft(directory));
  draft->set({}, user_name_field(to_base32(core.user.view())), Value(user_name));
  work.keep_setting(std::string(setting::kDirectory), to_bytes(directory.view()));
  FELTBOG_CHECK(work.commit());
  core.directory = directory;
  return {};
}

Result<void> Workspace::accept_invite(const ledger::Invite& invite) {
  if (stage() != Stage::empty) return Error{ErrorCode::wrong_state, "already in an organisation"};
  store::Database& database = *core_->database;
  FELTBOG_TRY(transaction, database.begin());
  FELTBOG_CHECK(write_setting(database, setting::kInvite, as_bytes(invite.to_text())));
  FELTBOG_CHECK(write_setting(database, setting::kServerAddress, as_bytes(invite.server_address)));
  FELTBOG_CHECK(write_setting(database, setting::kServerPin, invite.pin.view()));
  FELTBOG_CHECK(write_setting(database, setting::kServerKey, invite.server_key.view()));
  return transaction.commit();
}

Result<Value> Workspace::call(std::string_view command, const Value& parameters,
                              const CallContext& context) {
  const CommandRow* row = find_command(command);
  // What was typed could be anything; it is not repeated.
  if (row == nullptr) return Error{ErrorCode::unknown_command, {}};
  FELTBOG_CHECK(check_parameters(*row, parameters));
  const bool named = row->shape == Shape::command && !context.request.empty();
  if (named) {
    FELTBOG_TRY(before, earlier_result(*core_->database, context.request));
    if (before) return std::move(*before);
  }
  Call call(*core_, *row, parameters, context);
  FELTBOG_CHECK(call.check_entitlement());
  FELTBOG_TRY(result, row->run(call));
  if (named && !call.work().empty()) call.work().keep_result(context.request, result);
  FELTBOG_CHECK(call.work().commit());
  return result;
}

std::uint64_t Workspace::revision() const { return core_->revision; }

bool Workspace::has_local_work() const {
  const auto runs = core_->replica->waiting_to_send();
  const auto records = core_->membership.waiting_amount();
  return (runs && runs->items > 0) || (records && records->items > 0);
}

ledger::Replica& Workspace::replica() { return *core_->replica; }

}  // namespace feltbog::workspace
