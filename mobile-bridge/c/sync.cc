// SPDX-License-Identifier: Apache-2.0
// feltbog_sync.h over sync_session.h.
#include <algorithm>

#include "mobile-bridge/c/family.h"
#include "mobile-bridge/c/feltbog.h"

namespace feltbog::bridge {
namespace {

constexpr std::size_t kOutputBytesMax = 1024 * 1024;

// Runs body(SyncSession&).
template <class Body>
feltbog_error* in_session(const void* handle, const Body& body) noexcept {
  return in_family(HandleKind::sync, handle, [&](Family& family) -> Result<void> {
    return body(*family.syncs.at(reinterpret_cast<HandleName>(handle)));
  });
}

Result<std::optional<sync::ChannelBinding>> binding_in(const std::uint8_t* data, std::size_t size) {
  FELTBOG_TRY(bytes, bytes_in(data, size, "binding"));
  if (bytes.empty()) return std::optional<sync::ChannelBinding>();
  auto binding = sync::ChannelBinding::from(bytes);
  if (!binding) return Error{ErrorCode::invalid_argument, "binding " + binding.error().detail};
  return std::optional<sync::ChannelBinding>(*binding);
}

}  // namespace
}  // namespace feltbog::bridge

using feltbog::Error;
using feltbog::ErrorCode;
using feltbog::Result;
using namespace feltbog::bridge;
using feltbog::workspace::Workspace;

extern "C" {

feltbog_error* feltbog_sync_open(feltbog_workspace* workspace, const uint8_t* binding,
                                 size_t binding_size, feltbog_sync** out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family& family, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(channel, binding_in(binding, binding_size));
    if (!open.server().has_value()) return Error{ErrorCode::wrong_state, "no server known"};
    if (!family.syncs.empty()) return Error{ErrorCode::wrong_state, "another session is open"};
    auto session = std::make_unique<SyncSession>(open, family.random(), channel);
    FELTBOG_TRY(name, family.adopt(HandleKind::sync, family.syncs, std::move(session)));
    *out = as_handle<feltbog_sync>(name);
    return {};
  });
}

feltbog_error* feltbog_sync_start(feltbog_sync* sync, int64_t now) {
  return in_session(sync, [&](SyncSession& session) { return session.start(now); });
}

feltbog_error* feltbog_sync_receive(feltbog_sync* sync, const uint8_t* data, size_t size,
                                    int64_t now) {
  return in_session(sync, [&](SyncSession& session) -> Result<void> {
    FELTBOG_TRY(bytes, bytes_in(data, size, "data"));
    return session.receive(bytes, now);
  });
}

feltbog_error* feltbog_sync_wants_input(feltbog_sync* sync, uint8_t* out) {
  clear_out(out);
  return in_session(sync, [&](SyncSession& session) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(wanted, session.wants_input());
    *out = wanted ? 1 : 0;
    return {};
  });
}

feltbog_error* feltbog_sync_output(feltbog_sync* sync, size_t size_max, feltbog_bytes* out) {
  clear_out(out);
  return in_session(sync, [&](SyncSession& session) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(bytes, session.output(std::min(size_max, kOutputBytesMax)));
    return bytes_out(bytes, out);
  });
}

feltbog_error* feltbog_sync_event(feltbog_sync* sync, feltbog_bytes* out) {
  clear_out(out);
  return in_session(sync, [&](SyncSession& session) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    const auto event = session.event();
    return event.has_value() ? value_out(*event, out) : Result<void>();
  });
}

feltbog_error* feltbog_sync_timeout(feltbog_sync* sync, int64_t* out) {
  clear_out(out);
  return in_session(sync, [&](const SyncSession& session) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    *out = session.timeout().value_or(-1);
    return {};
  });
}

feltbog_error* feltbog_sync_expire(feltbog_sync* sync, int64_t now) {
  return in_session(sync, [&](SyncSession& session) { return session.expire(now); });
}

feltbog_error* feltbog_sync_local_work(feltbog_sync* sync, int64_t now) {
  return in_session(sync, [&](SyncSession& session) { return session.local_work(now); });
}

feltbog_error* feltbog_sync_finish(feltbog_sync* sync, int64_t now) {
  return in_session(sync, [&](SyncSession& session) { return session.finish(now); });
}

feltbog_error* feltbog_sync_lost(feltbog_sync* sync, int64_t now) {
  return in_session(sync, [&](SyncSession& session) { return session.lost(now); });
}

feltbog_error* feltbog_sync_is_closed(feltbog_sync* sync, uint8_t* out) {
  clear_out(out);
  return in_session(sync, [&](const SyncSession& session) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    *out = session.closed() ? 1 : 0;
    return {};
  });
}

feltbog_error* feltbog_sync_close(feltbog_sync* sync) {
  return in_family(HandleKind::sync, sync, [&](Family& family) -> Result<void> {
    family.close(family.syncs, reinterpret_cast<HandleName>(sync));
    return {};
  });
}

}  // extern "C"
