// SPDX-License-Identifier: Apache-2.0
// feltbogd: the office server's program. Its commands are thin; office.h and service.h do the work.
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/platform/posix_disk.h"
#include "core/base/platform/process_guard.h"
#include "core/base/platform/system_clock.h"
#include "core/crypto/system_random.h"
#include "server/arguments.h"
#include "server/service.h"

namespace feltbog::server {
namespace {

struct Machine {
  PosixDisk disk;
  SystemClock clock;
  crypto::SystemRandom random;
};

// No secrets in memory dumps, no files for others, as many connections as the system allows. A file
// that reaches its limit is an error of the write, as a full disk is, and not the end.
Result<void> harden_process() {
  FELTBOG_CHECK(forbid_memory_dumps());
  ::umask(S_IRWXG | S_IRWXO);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
  }
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
  return {};
}

// `hint`, when given, says it better than the code's own sentence.
int fail(const Error& error, std::string_view hint = {}) {
  const std::string text(hint.empty() ? error_text(error.code) : hint);
  const std::string name(error_name(error.code));
  std::fprintf(stderr, "feltbogd: %s [%s%s%s]\n", text.c_str(), name.c_str(),
               error.detail.empty() ? "" : ": ", error.detail.c_str());
  return error_exit_status(error.code);
}

std::string_view office_hint(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
      return "There is no office server in that directory. Run init first.";
    case ErrorCode::already_exists: return "There is an office server in that directory already.";
    case ErrorCode::busy: return "A feltbogd is running on that directory already.";
    case ErrorCode::wrong_state:
      return "The organisation exists already: its administrators make invites.";
    default: return {};
  }
}

int init(Machine& machine, const Arguments& arguments) {
  const OfficeSettings settings{arguments.host, arguments.port.value_or(kDefaultPort)};
  if (settings.port == 0) {
    return fail({ErrorCode::invalid_argument, "port"}, "Devices need a port that stays the same.");
  }
  auto invite =
      arguments.new_invite
          ? renew_founding_invite(machine.disk, machine.clock, machine.random, arguments.directory)
          : init_office(machine.disk, machine.clock, machine.random, arguments.directory, settings);
  if (!invite) {
    const ErrorCode code = invite.error().code;
    const bool no_place = code == ErrorCode::not_found && !arguments.new_invite;
    return fail(invite.error(), no_place ? "That directory cannot be made." : office_hint(code));
  }
  std::printf("The office server is ready in %s.\n\n", arguments.directory.c_str());
  std::printf(
      "Founding invite. Whoever uses it first founds the organisation and becomes its\n"
      "administrator, so hand it over in person. It is shown only here:\n\n%s\n\n",
      invite->c_str());
  std::printf(
      "Next:\n  feltbogd serve --dir %s\nand, on the administrator's device, "
      "`feltbog org create` with the invite.\n",
      arguments.directory.c_str());
  return 0;
}

int serve_office(Machine& machine, const Arguments& arguments) {
  auto office = open_office(machine.disk, machine.clock, machine.random, arguments.directory);
  if (!office) return fail(office.error(), office_hint(office.error().code));
  std::unique_ptr<Log> log = std::make_unique<StandardErrorLog>(machine.clock);
  if (!arguments.log_path.empty()) {
    auto file = FileLog::open(machine.disk, arguments.log_path, machine.clock);
    if (!file) return fail(file.error(), "The log file cannot be written.");
    log = std::move(file).value();
  }
  ServeOptions options;
  options.directory = arguments.directory;
  options.listen = {arguments.listen_address, arguments.port.value_or(office->settings.port)};
  const std::string taken = "Port " + std::to_string(options.listen.port) +
                            " is in use by another program. Choose another with --port.";
  const auto done =
      serve(machine.disk, machine.clock, machine.random, *log, std::move(office).value(), options);
  if (done) return 0;
  log->error("failed", done.error());
  return fail(done.error(), done.error().code == ErrorCode::busy ? taken : std::string_view{});
}

void print_status(const Value& status, bool json) {
  if (json) {
    std::printf("%s\n", to_json(status, JsonForm::indented).c_str());
    return;
  }
  for (const auto& [name, value] : *status.map()) {
    const std::string text = value.text() != nullptr ? *value.text() : to_json(value);
    std::printf("%-22s %s\n", name.c_str(), text.c_str());
  }
}

Value counts_value(const RelayCounts& counts) {
  Value value;
  value["organisation_records"] = counts.organisation_records;
  value["devices_active"] = counts.devices_active;
  value["spaces"] = counts.spaces;
  value["runs"] = counts.runs;
  value["run_bytes"] = counts.run_bytes;
  value["chunks"] = counts.chunks;
  value["chunk_bytes"] = counts.chunk_bytes;
  return value;
}

int status(Machine& machine, const Arguments& arguments) {
  auto office = open_office(machine.disk, machine.clock, machine.random, arguments.directory);
  if (!office && office.error().code == ErrorCode::busy) {
    Value value;
    value["running"] = true;
    const auto port = read_file(machine.disk, OfficePaths(arguments.directory).port, 16);
    if (port) value["port"] = std::string(as_text(*port).substr(0, as_text(*port).find('\n')));
    print_status(value, arguments.json);
    return 0;
  }
  if (!office) return fail(office.error(), office_hint(office.error().code));
  auto counts = office->store->counts();
  if (!counts) return fail(counts.error());
  Value value = counts_value(*counts);
  value["running"] = false;
  value["host"] = office->settings.host;
  value["port"] = std::to_string(office->settings.port);
  print_status(value, arguments.json);
  return 0;
}

int run(const Arguments& arguments) {
  if (auto hardened = harden_process(); !hardened) return fail(hardened.error());
  Machine machine;
  switch (arguments.command) {
    case Command::init: return init(machine, arguments);
    case Command::serve: return serve_office(machine, arguments);
    case Command::status: return status(machine, arguments);
  }
  return fail({ErrorCode::internal, "command"});
}

}  // namespace
}  // namespace feltbog::server

int main(int argc, char** argv) {
  const auto parsed = feltbog::server::parse_arguments(argc, argv);
  if (parsed.arguments) return feltbog::server::run(*parsed.arguments);
  std::fputs(parsed.text.c_str(), parsed.exit_status == 0 ? stdout : stderr);
  return parsed.exit_status;
}
