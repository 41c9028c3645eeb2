// SPDX-License-Identifier: Apache-2.0
// CLI11 behind parse_arguments. It throws; nothing of that leaves this file.
#include "server/arguments.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "core/base/result.h"

namespace feltbog::server {
namespace {

void describe_init(CLI::App& app, Arguments& out) {
  auto* command = app.add_subcommand("init", "Make a new office server in a directory.");
  command->add_option("--dir", out.directory, "Directory for database, keys and certificate.")
      ->required();
  command
      ->add_option("--host", out.host,
                   "Name or address by which devices reach this server; goes into the invite.")
      ->capture_default_str();
  command->add_option("--port", out.port, "Port by which devices reach it (default 7443).");
  command->add_flag("--new-invite", out.new_invite,
                    "Replace a lost founding invite, as long as no organisation exists.");
  command->footer("Example:\n  feltbogd init --dir /var/lib/feltbog --host sync.office.example");
}

void describe_serve(CLI::App& app, Arguments& out) {
  auto* command = app.add_subcommand("serve", "Serve devices until SIGTERM or SIGINT.");
  command->add_option("--dir", out.directory, "Directory made by init.")->required();
  command->add_option("--port", out.port,
                      "Port to listen on; 0 takes any free one (default: as given to init). The "
                      "port in use is printed and written to DIR/port.");
  command->add_option("--listen", out.listen_address,
                      "Literal address to listen on (default: all, IPv6 and IPv4).");
  command->add_option("--log", out.log_path, "Append log lines to this file, not standard error.");
  command->footer("Example:\n  feltbogd serve --dir /var/lib/feltbog --log /var/log/feltbogd.log");
}

void describe_status(CLI::App& app, Arguments& out) {
  auto* command = app.add_subcommand("status", "Tell whether it runs, and what it holds.");
  command->add_option("--dir", out.directory, "Directory made by init.")->required();
  command->add_flag("--json", out.json, "Print JSON.");
  command->footer("Example:\n  feltbogd status --dir /var/lib/feltbog");
}

}  // namespace

ParsedArguments parse_arguments(int count, const char* const* values) {
  ParsedArguments parsed;
  Arguments out;
  CLI::App app(
      "feltbogd: the office server of Feltbog. It stores and forwards sealed notes and "
      "cannot read them.",
      "feltbogd");
  app.require_subcommand(1);
  app.footer(
      "Example:\n  feltbogd init --dir office --host localhost\n"
      "  feltbogd serve --dir office");
  describe_init(app, out);
  describe_serve(app, out);
  describe_status(app, out);
  try {
    app.parse(count, values);
    if (app.got_subcommand("init")) out.command = Command::init;
    if (app.got_subcommand("serve")) out.command = Command::serve;
    if (app.got_subcommand("status")) out.command = Command::status;
    parsed.arguments = out;
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    const int status = app.exit(error, text, text);
    parsed.text = text.str();
    parsed.exit_status = status == 0 ? 0 : error_exit_status(ErrorCode::invalid_argument);
  }
  return parsed;
}

}  // namespace feltbog::server
