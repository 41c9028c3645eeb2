// SPDX-License-Identifier: Apache-2.0
// feltbog_workspace.h, second half: the command table and watches.
#include "core/workspace/command.h"
#include "mobile-bridge/c/family.h"
#include "mobile-bridge/c/feltbog.h"

namespace feltbog::bridge {
namespace {

Result<workspace::CallContext> context_in(const feltbog_call_options* options) {
  workspace::CallContext context;
  if (options == nullptr) return context;
  if (options->size != sizeof(feltbog_call_options)) {
    return Error{ErrorCode::invalid_argument, "options.size " + std::to_string(options->size)};
  }
  switch (options->language) {
    case FELTBOG_LANGUAGE_DANISH: context.language = casework::Language::danish; break;
    case FELTBOG_LANGUAGE_ENGLISH: context.language = casework::Language::english; break;
    default: return Error{ErrorCode::invalid_argument, "options.language"};
  }
  FELTBOG_TRY(now, text_in(options->now, options->now_size, "options.now"));
  if (!now.empty()) {
    FELTBOG_TRY(time, casework::parse_local_time(now));
    context.now = time;
  }
  return context;
}

struct Request {
  std::string command;
  Value parameters;
  workspace::CallContext context;
};

Result<Request> request_in(const char* command, std::size_t command_size,
                           const std::uint8_t* parameters, std::size_t parameters_size,
                           const feltbog_call_options* options) {
  FELTBOG_TRY(name, text_in(command, command_size, "command"));
  FELTBOG_TRY(value, value_in(parameters, parameters_size, "parameters"));
  FELTBOG_TRY(context, context_in(options));
  return Request{std::string(name), std::move(value), context};
}

Result<workspace::Watch*> find_watch(Family& family, std::uint64_t number) {
  const auto found = family.watches.find(number);
  if (found == family.watches.end()) return Error{ErrorCode::not_found, "watch"};
  return &found->second;
}

}  // namespace
}  // namespace feltbog::bridge

using feltbog::Error;
using feltbog::ErrorCode;
using feltbog::Result;
using namespace feltbog::bridge;
using feltbog::workspace::Watch;
using feltbog::workspace::Workspace;

extern "C" {

feltbog_error* feltbog_workspace_call(feltbog_workspace* workspace, const char* command,
                                      size_t command_size, const uint8_t* parameters,
                                      size_t parameters_size, const feltbog_call_options* options,
                                      feltbog_bytes* out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family&, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(request, request_in(command, command_size, parameters, parameters_size, options));
    FELTBOG_TRY(result, open.call(request.command, request.parameters, request.context));
    return value_out(result, out);
  });
}

feltbog_error* feltbog_workspace_describe(feltbog_bytes* out) {
  clear_out(out);
  return guard([&]() -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    return value_out(feltbog::workspace::describe_commands(), out);
  });
}

feltbog_error* feltbog_workspace_watch_open(feltbog_workspace* workspace, const char* query,
                                            size_t query_size, const uint8_t* parameters,
                                            size_t parameters_size,
                                            const feltbog_call_options* options, uint64_t since,
                                            uint64_t* out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family& family, Workspace& open) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    if (family.watches.size() >= kWatchesMax) return Error{ErrorCode::limit_exceeded, "watches"};
    FELTBOG_TRY(request, request_in(query, query_size, parameters, parameters_size, options));
    const auto seen = since == 0 ? std::nullopt : std::optional<std::uint64_t>(since);
    FELTBOG_TRY(watch, Watch::open(open, request.command, std::move(request.parameters),
                                   request.context, seen));
    family.watches.emplace(family.last_watch + 1, std::move(watch));
    *out = ++family.last_watch;
    return {};
  });
}

feltbog_error* feltbog_workspace_watch_poll(feltbog_workspace* workspace, uint64_t watch,
                                            feltbog_bytes* out) {
  clear_out(out);
  return in_workspace(workspace, [&](Family& family, Workspace&) -> Result<void> {
    FELTBOG_CHECK(require_out(out));
    FELTBOG_TRY(found, find_watch(family, watch));
    FELTBOG_TRY(update, found->poll());
    return update.has_value() ? value_out(*update, out) : Result<void>();
  });
}

feltbog_error* feltbog_workspace_watch_close(feltbog_workspace* workspace, uint64_t watch) {
  return in_workspace(workspace, [&](Family& family, Workspace&) -> Result<void> {
    if (family.watches.erase(watch) == 0) return Error{ErrorCode::not_found, "watch"};
    return {};
  });
}

}  // extern "C"
