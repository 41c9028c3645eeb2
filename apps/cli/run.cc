// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/run.h"

#include <cstdio>

#include "apps/cli/error_message.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/render.h"
#include "apps/cli/session.h"
#include "apps/cli/special.h"
#include "apps/cli/watch_rows.h"
#include "core/base/platform/process_guard.h"

namespace feltbog::cli {
namespace {

// How many owners in a row may be killed under one query.
constexpr int kOwnersLostMax = 3;

Result<std::string> read_text_file(const std::string& path) {
  return read_path(path, kTextFileBytesMax);
}

Result<std::string> read_standard_input() { return read_stream(stdin, kTextFileBytesMax); }

std::string locale_from(const Variables& variables) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const auto value = variables(name)) return *value;
  }
  return {};
}

int report(const Context& context, const Error& error) {
  if (context.line.options.json) {
    context.print_json(error_json(context.language, error));
    return exit_status(error);
  }
  const bool colour = context.err_terminal.colour;
  std::fprintf(context.err, "%s%s:%s %s\n", colour ? "\x1b[31m" : "",
               std::string(say(context.language, Phrase::error)).c_str(), colour ? "\x1b[0m" : "",
               error_message(context.language, error).c_str());
  if (error.code == ErrorCode::locked) context.remark(Phrase::passphrase_how);
  const bool misused = error.code == ErrorCode::invalid_argument;
  if (misused && context.line.row != nullptr) {
    std::fprintf(context.err, "%s: %s\n", std::string(say(context.language, Phrase::usage)).c_str(),
                 usage_line(*context.line.row, context.language).c_str());
  }
  return exit_status(error);
}

Result<void> run_watch(const Context& context) {
  FELTBOG_TRY(session, Session::open(context, Session::Folder::must_exist));
  const workspace::CommandRow& row = *context.line.row;
  WatchRows rows;
  const auto show = [&](const host::Reply& reply) {
    if (reply.kind != host::ReplyKind::update) return true;
    if (context.line.options.json) {
      context.print_json(reply.body);
      return true;
    }
    rows.apply(reply.body);
    // A query without columns has one record, which comes whole with every update.
    const auto& news = reply.body["rows"].items();
    Value shown = rows.rows();
    if (row.columns.empty()) shown = news.empty() ? Value() : news.front();
    context.print(render_result(row, shown, context.language, context.out_terminal) + "\n");
    std::fflush(context.out);
    return true;
  };
  const Value body = session.call_body(row.name, context.parameters);
  const auto ended = session.ask(host::verb::kWatch, body, show);
  if (!ended.has_value()) return ended.error();
  return {};
}

// In the last days of the lease every command says so. What cannot be asked is left out: the
// command itself was done.
void warn_of_lease(const Context& context, Session& session) {
  const auto lease = session.call("lease.show", Value::Map{});
  if (!lease || (*lease)["state"] != Value("ends_soon")) return;
  std::fprintf(context.err, "%s %s. %s\n",
               std::string(say(context.language, Phrase::lease_ends)).c_str(),
               render_date((*lease)["until"].text_or(""), context.language).c_str(),
               std::string(say(context.language, Phrase::lease_ends_how)).c_str());
}

// An owner that is killed under a query is asked again as soon as there is a new one: a query
// changes nothing. Whether a command was done only a person can see.
Result<Value> ask_row(const Context& context) {
  const workspace::CommandRow& row = *context.line.row;
  for (int lost = 0;; ++lost) {
    FELTBOG_TRY(session, Session::open(context, Session::Folder::must_exist));
    auto result = session.call(row.name, context.parameters);
    if (result) warn_of_lease(context, session);
    const bool again = !result && session.lost() && row.shape == workspace::Shape::query;
    if (!again || lost == kOwnersLostMax) return result;
  }
}

// The exit status.
Result<int> run_row(const Context& context) {
  if (is_special(*context.line.row)) return run_special(context);
  if (context.line.options.watch) {
    FELTBOG_CHECK(run_watch(context));
    return 0;
  }
  FELTBOG_TRY(result, ask_row(context));
  if (context.line.options.json) {
    context.print_json(result);
  } else {
    context.print(render_result(*context.line.row, result, context.language, context.out_terminal));
  }
  return 0;
}

std::string help_text(const CommandLine& line, Language language) {
  if (line.row != nullptr) return help_for(*line.row, language);
  if (!line.group.empty()) return help_for_group(line.group, language);
  return help_overview(language);
}

int run_in(Context& context, std::span<const std::string> words) {
  auto line = read_command_line(words);
  if (!line.has_value()) {
    context.line.options = guess_options(words);
    context.language = language_from(context.line.options.language, locale_from(context.variables));
    return report(context, line.error());
  }
  context.line = std::move(*line);
  context.language = language_from(context.line.options.language, locale_from(context.variables));
  if (context.line.options.version) {
    context.print("feltbog " FELTBOG_VERSION "\n");
    return 0;
  }
  if (context.line.options.help || (context.line.row == nullptr && words.empty())) {
    context.print(help_text(context.line, context.language));
    return 0;
  }
  if (context.line.row == nullptr) {
    context.print(help_text(context.line, context.language));
    return error_exit_status(ErrorCode::unknown_command);
  }
  auto parameters =
      parameters_from(*context.line.row, context.line.typed, {read_text_file, read_standard_input});
  if (!parameters.has_value()) return report(context, parameters.error());
  context.parameters = std::move(*parameters);
  const auto done = run_row(context);
  return done.has_value() ? *done : report(context, done.error());
}

}  // namespace

int run(std::span<const std::string> words, const Variables& variables) {
  Context context;
  context.variables = variables;
  context.out = stdout;
  context.err = stderr;
  context.out_terminal = Terminal::of(stdout, variables);
  context.err_terminal = Terminal::of(stderr, variables);
  if (const auto hardened = forbid_memory_dumps(); !hardened.has_value()) {
    return report(context, hardened.error());
  }
  const int status = run_in(context, words);
  // A result that could not be written is not a success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return error_exit_status(ErrorCode::io_error);
  }
  return status;
}

}  // namespace feltbog::cli
