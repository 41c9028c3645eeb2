// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/naming.h"

#include "core/crypto/hash.h"
#include "core/workspace/schema.h"

namespace feltbog::workspace {
namespace {

constexpr std::size_t kShortIdSymbols = 6;
constexpr std::size_t kReferenceSymbolsMin = 4;
constexpr std::size_t kWriterSymbols = 4;

using ShortHash = FixedBytes<16, struct ShortHashTag>;

bool is_prefix(std::string_view reference, std::string_view id) {
  return reference.size() >= kReferenceSymbolsMin && id.starts_with(reference);
}

struct WriterRow {
  DeviceId device;
  bool known = false;
};

WriterRow read_writer(Core& core, const WriterId& writer) {
  auto row = core.database->prepare("SELECT device FROM writer WHERE writer = ?1");
  if (!row) return {};
  row->bind(1, writer);
  const auto found = row->step();
  if (!found || !found.value()) return {};
  const auto device = row->fixed<DeviceId>(0);
  return device ? WriterRow{device.value(), true} : WriterRow{};
}

std::string name_in_directory(Core& core, std::string_view name_field, std::string_view id) {
  if (core.joining.directory) {
    if (const auto directory = core.files.open(*core.joining.directory)) {
      std::string name = text_value(**directory, {}, name_field);
      if (!name.empty()) return name;
    }
  }
  return "@" + std::string(id.substr(0, kShortIdSymbols));
}

Result<const ledger::DeviceEntry*> find_device(Core& core, std::string_view reference,
                                               bool barred) {
  const ledger::DeviceEntry* found = nullptr;
  for (const auto& [id, device] : core.membership.organisation().devices()) {
    const bool by_user =
        (device.barred_at != 0) == barred && user_name(core, device.user) == reference;
    if (!is_prefix(reference, to_base32(id.view())) && !by_user) continue;
    if (found != nullptr) return Error{ErrorCode::ambiguous, "device"};
    found = &device;
  }
  if (found == nullptr) return Error{ErrorCode::not_found, "device"};
  return found;
}

}  // namespace

std::string short_id(const SpaceId& space) {
  return to_base32(space.view()).substr(0, kShortIdSymbols);
}

std::string short_id(const DeviceId& device) {
  return to_base32(device.view()).substr(0, kShortIdSymbols);
}

std::string short_id(const ledger::MandateId& mandate) {
  return to_base32(mandate.view()).substr(0, kShortIdSymbols);
}

std::string short_id(const document::DocumentId& document) {
  const std::string full = document::to_text(document);
  const auto dash = full.find('-');
  return dash == std::string::npos ? full : full.substr(0, dash + 1 + kWriterSymbols);
}

std::string conflict_id(const SpaceId& space, const document::Conflict& conflict) {
  Bytes named = to_bytes(space.view());
  append(named, as_bytes(document::to_text(conflict.document)));
  named.push_back(0);
  append(named, as_bytes(conflict.field));
  named.push_back(static_cast<std::uint8_t>(conflict.kind));
  return to_base32(crypto::hash<ShortHash>("conflict.v1", named).view()).substr(0, kShortIdSymbols);
}

bool is_own(const Core& core, const SpaceLog& log) {
  const auto& stays = log.state.memberships(core.user());
  if (log.erased() || stays.empty()) return false;
  if (!stays.back().mandate) return true;
  const auto* entry = log.state.mandate_of(core.user(), core.membership.organisation());
  return entry != nullptr && entry->ended_at == 0 &&
         !entry->mandate.is_over_at(core.environment.clock->wall_time());
}

Result<SpaceFile*> find_file(Core& core, std::string_view reference) {
  SpaceFile* found = nullptr;
  for (const auto& [id, log] : core.membership.spaces()) {
    if (!ledger::is_file(log.state.kind()) || !is_own(core, log)) continue;
    FELTBOG_TRY(file, core.files.open(id));
    if (!is_prefix(reference, to_base32(id.view())) && reference != title_of(*file)) continue;
    if (found != nullptr) return Error{ErrorCode::ambiguous, "file"};
    found = file;
  }
  if (found == nullptr) return Error{ErrorCode::not_found, "file"};
  return found;
}

Result<document::DocumentId> find_document(const SpaceFile& file, std::string_view kind,
                                           std::string_view reference) {
  std::optional<document::DocumentId> found;
  for (const auto& info : file.history.documents_of(kind)) {
    const bool matches = is_prefix(reference, document::to_text(info.id)) ||
                         reference == text_value(file, info.id, field::kTitle) ||
                         reference == text_value(file, info.id, field::kName);
    if (!matches) continue;
    if (found) return Error{ErrorCode::ambiguous, std::string(kind)};
    found = info.id;
  }
  if (!found) return Error{ErrorCode::not_found, std::string(kind)};
  return *found;
}

Result<UserId> find_user(Core& core, std::string_view name) {
  std::optional<UserId> found;
  for (const auto& [id, entry] : core.membership.organisation().users()) {
    if (user_name(core, id) != name) continue;
    if (found) return Error{ErrorCode::ambiguous, "user"};
    found = id;
  }
  if (!found) return Error{ErrorCode::not_found, "user"};
  return *found;
}

Result<const ledger::DeviceEntry*> find_device(Core& core, std::string_view reference) {
  auto active = find_device(core, reference, false);
  if (active || active.error().code != ErrorCode::not_found) return active;
  return find_device(core, reference, true);
}

Result<ledger::TeamId> find_team(Core& core, std::string_view name) {
  std::optional<ledger::TeamId> found;
  for (const auto& [id, members] : core.membership.organisation().teams()) {
    if (team_name(core, id) != name) continue;
    if (found) return Error{ErrorCode::ambiguous, "team"};
    found = id;
  }
  if (!found) return Error{ErrorCode::not_found, "team"};
  return *found;
}

Result<const ledger::MandateEntry*> find_mandate(Core& core, std::string_view reference) {
  const ledger::MandateEntry* found = nullptr;
  for (const auto& [id, entry] : core.membership.organisation().mandates()) {
    if (!is_prefix(reference, to_base32(id.view()))) continue;
    if (found != nullptr) return Error{ErrorCode::ambiguous, "mandate"};
    found = &entry;
  }
  if (found == nullptr) return Error{ErrorCode::not_found, "mandate"};
  return found;
}

std::string user_name(Core& core, const UserId& user) {
  const std::string id = to_base32(user.view());
  return name_in_directory(core, user_name_field(id), id);
}

std::string team_name(Core& core, const ledger::TeamId& team) {
  const std::string id = to_base32(team.view());
  return name_in_directory(core, team_name_field(id), id);
}

UserId author_of(Core& core, const WriterId& writer) {
  const WriterRow row = read_writer(core, writer);
  const auto* device = row.known ? core.membership.organisation().device(row.device) : nullptr;
  return device != nullptr ? device->user : UserId{};
}

std::string author_name(Core& core, const WriterId& writer) {
  return user_name(core, author_of(core, writer));
}

std::string device_of(Core& core, const WriterId& writer) {
  const WriterRow row = read_writer(core, writer);
  return row.known ? short_id(row.device) : std::string();
}

std::string title_of(const SpaceFile& file) { return text_value(file, {}, field::kTitle); }

std::string text_value(const SpaceFile& file, const document::DocumentId& document,
                       std::string_view name) {
  const auto value = file.history.value(document, name);
  return value ? value->value.text_or({}) : std::string();
}

}  // namespace feltbog::workspace
