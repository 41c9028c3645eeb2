// SPDX-License-Identifier: Apache-2.0
// feltbog_workspace.h, first half: opening, unlocking, belonging to an organisation. The second
// half is workspace_call.cc.
#include "core/store/wiping_memory.h"
#include "mobile-bridge/c/family.h"
#include "mobile-bridge/c/feltbog.h"

namespace feltbog::bridge {
namespace {

Result<store::SlotKind> slot_kind(int32_t number) {
  switch (number) {
    case FELTBOG_SECRET_PASSPHRASE: return store::SlotKind::passphrase;
    case FELTBOG_SECRET_PIN: return store::SlotKind::pin;
    case FELTBOG_SECRET_RECOVERY: return store::SlotKind::recovery;
    default: return Error{ErrorCode::invalid_argument, "secret_kind"};
  }
}

Result<std::string> folder_name(const char* data, std::size_t size) {
  FELTBOG_TRY(text, text_in(data, size, "directory"));
  // A zero in the middle would name another folder to the system than to us.
  if (text.empty() || text.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::invalid_argument, "directory"};
  }
  std::string name(text);
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return name;
}

int32_t stage_number(workspace::Stage stage) {
  switch (stage) {
    case workspace::Stage::empty: return FELTBOG_STAGE_EMPTY;
    case workspace::Stage::founding: return FELTBOG_STAGE_FOUNDING;
    case workspace::Stage::enrolling: return FELTBOG_STAGE_ENROLLING;
    case workspace::Stage::member: return FELTBOG_STAGE_MEMBER;
    case workspace::Stage::revoked: return FELTBOG_STAGE_REVOKED;
  }
  return FELTBOG_STAGE_EMPTY;
}

struct Secret {
  store::SlotKind kind;
  std::string_view text;
};

Result<Secret> secret_in(int32_t kind_number, const char* data, std::size_t size) {
  FELTBOG_TRY(kind, slot_kind(kind_number));
  FELTBOG_TRY(text, text_in(data, size, "secret"));
  return Secret{kind, text};
}

Result<void> open(const char* directory, std::size_t directory_size, std::unique_ptr<Host> host,
                  feltbog_workspace** out) {
  FELTBOG_CHECK(require_out(out));
  FELTBOG_TRY(folder, folder_name(directory, directory_size));
  // An app that has used SQLite itself before keeps the allocator it has.
  static_cast<void>(store::wipe_freed_sqlite_memory());
  auto family = std::make_shared<Family>(std::move(folder), std::move(host));
  FELTBOG_CHECK(family->vault().prepare());
  FELTBOG_TRY(name, handles().add(HandleKind::workspace, std::move(family)));
  *out = as_handle<feltbog_workspace>(name);
  return {};
}

}  // namespace
}  // namespace feltbog::bridge

using feltbog::Error;
using feltbog::ErrorCode;
using feltbog::Result;
using namespace feltbog::bridge;
using feltbog::workspace::Workspace;

extern "C" {

feltbog_error* feltbog_workspace_open(const char* directory, size_t directory_size,
                                      const feltbog_host* host, feltbog_workspace** out) {
  clear_out(out);
  return guard([&]() -> Result<void> {
    FELTBOG_TRY(taken, Host::take(host));
    return open(directory, directory_size, std::move(taken), out);
  });
}

feltbog_error* feltbog_workspace_exists(feltbog_workspace* workspace, uint8_t* out) {
  clear_out(out);
  return in_family(HandleKind::workspace, workspace, [&](Family& family) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(there, family.vault().exists());
    *out = there ? 1 : 0;
    return {};
  });
}

feltbog_error* feltbog_workspace_create(feltbog_workspace* workspace, int32_t secret_kind,
                                        const char* secret, size_t secret_size) {
  return in_family(HandleKind::workspace, workspace, [&](Family& family) -> Result<void> {
    FELTBOG_TRY(given, secret_in(secret_kind, secret, secret_size));
    if (given.kind == feltbog::store::SlotKind::recovery) {
      return Error{ErrorCode::invalid_argument, "secret_kind"};
    }
    FELTBOG_TRY(made, family.vault().create(given.kind, given.text));
    family.unlocked(std::move(made));
    return {};
  });
}

feltbog_error* feltbog_workspace_unlock(feltbog_workspace* workspace, int32_t secret_kind,
                                        const char* secret, size_t secret_size) {
  return in_family(HandleKind::workspace, workspace, [&](Family& family) -> Result<void> {
    FELTBOG_TRY(given, secret_in(secret_kind, secret, secret_size));
    if (family.is_unlocked()) return {};
    FELTBOG_TRY(opened, family.vault().unlock(given.kind, given.text));
    family.unlocked(std::move(opened));
    return {};
  });
}

feltbog_error* feltbog_workspace_lock(feltbog_workspace* workspace) {
  return in_family(HandleKind::workspace, workspace, [](Family& family) -> Result<void> {
    if (!family.is_unlocked()) return {};
    Workspace& open = **family.workspace();
    const auto due = open.wipe_due();
    const bool wipe = due && *due;
    // What fails of this costs time at the next opening, and nothing else.
    if (!wipe) static_cast<void>(open.rest().has_value());
    family.lock();
    return wipe ? family.vault().wipe() : Result<void>();
  });
}

feltbog_error* feltbog_workspace_tries(feltbog_workspace* workspace, feltbog_tries* out) {
  clear_out(out);
  return in_family(HandleKind::workspace, workspace, [&](Family& family) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(tries, family.vault().tries());
    out->failures = tries.failures;
    out->needs_supervisor = tries.needs_supervisor ? 1 : 0;
    out->wait_seconds = tries.wait_seconds;
    return {};
  });
}

feltbog_error* feltbog_workspace_change_secret(feltbog_workspace* workspace, int32_t secret_kind,
                                               const char* old_secret, size_t old_size,
                                               const char* new_secret, size_t new_size) {
  return in_family(HandleKind::workspace, workspace, [&](Family& family) -> Result<void> {
    FELTBOG_TRY(old_one, secret_in(secret_kind, old_secret, old_size));
    FELTBOG_TRY(new_one, secret_in(secret_kind, new_secret, new_size));
    return family.vault().change_secret(old_one.kind, old_one.text, new_one.text);
  });
}

feltbog_error* feltbog_workspace_add_recovery(feltbog_workspace* workspace, int32_t secret_kind,
                                              const char* secret, size_t secret_size,
                                              feltbog_bytes* out) {
  clear_out(out);
  return in_family(HandleKind::workspace, workspace, [&](Family& family) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(given, secret_in(secret_kind, secret, secret_size));
    FELTBOG_TRY(code, family.vault().add_recovery(given.kind, given.text));
    return bytes_out(feltbog::as_bytes(code), out);
  });
}

feltbog_error* feltbog_workspace_found(feltbog_workspace* workspace, const char* invite,
                                       size_t invite_size, const char* user_name,
                                       size_t user_name_size) {
  return in_workspace(workspace, [&](Family&, Workspace& open) -> Result<void> {
    FELTBOG_TRY(text, text_in(invite, invite_size, "invite"));
    FELTBOG_TRY(user, text_in(user_name, user_name_size, "user_name"));
    FELTBOG_TRY(parsed, feltbog::ledger::FoundingInvite::parse(text));
    return open.found_organisation(parsed, user);
  });
}

feltbog_error* feltbog_workspace_accept_invite(feltbog_workspace* workspace, const char* invite,
                                               size_t invite_size) {
  return in_workspace(workspace, [&](Family&, Workspace& open) -> Result<void> {
    FELTBOG_TRY(text, text_in(invite, invite_size, "invite"));
    FELTBOG_TRY(parsed, feltbog::ledger::Invite::parse(text));
    return open.accept_invite(parsed);
  });
}

feltbog_error* feltbog_workspace_stage(feltbog_workspace* workspace, int32_t* out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family&, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    *out = stage_number(open.stage());
    return {};
  });
}

feltbog_error* feltbog_workspace_server(feltbog_workspace* workspace, feltbog_bytes* address,
                                        feltbog_bytes* pin) {
  clear_out(address, pin);
  return in_workspace(workspace, [&](Family&, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(address));
    FELTBOG_CHECK(require_out(pin));
    const auto server = open.server();
    if (!server.has_value()) return Error{ErrorCode::wrong_state, "no server known"};
    FELTBOG_CHECK(bytes_out(feltbog::as_bytes(server->host_and_port), address));
    auto copied = bytes_out(server->pin.view(), pin);
    if (!copied) feltbog_bytes_free(address);
    return copied;
  });
}

feltbog_error* feltbog_workspace_revision(feltbog_workspace* workspace, uint64_t* out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family&, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    *out = open.revision();
    return {};
  });
}

feltbog_error* feltbog_workspace_has_local_work(feltbog_workspace* workspace, uint8_t* out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family&, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    *out = open.has_local_work() ? 1 : 0;
    return {};
  });
}

feltbog_error* feltbog_workspace_close(feltbog_workspace* workspace) {
  return in_family(HandleKind::workspace, workspace, [&](Family& family) -> Result<void> {
    family.lock();
    handles().remove(reinterpret_cast<HandleName>(workspace));
    return {};
  });
}

}  // extern "C"
