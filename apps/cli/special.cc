// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/special.h"

#include <filesystem>

#include "apps/cli/completion.h"
#include "apps/cli/error_message.h"
#include "apps/cli/invite.h"
#include "apps/cli/render.h"
#include "apps/host/owner_process.h"

namespace feltbog::cli {
namespace {

namespace verb = host::verb;

void print_done(const Context& context, const Value& result, Phrase phrase) {
  if (context.line.options.json) return context.print_json(result);
  context.print(std::string(say(context.language, phrase)) + "\n");
}

std::string moved(const Context& context, const Value& counters, Phrase direction,
                  std::string_view which) {
  const auto number = [&counters, which](std::string_view prefix) {
    return std::to_string(counters[std::string(prefix) + std::string(which)].integer_or(0));
  };
  return std::string(say(context.language, direction)) + " " + number("runs_") + " " +
         std::string(say(context.language, Phrase::runs)) + ", " + number("wire_") + " byte";
}

void print_synced(const Context& context, const Value& counters, Phrase phrase) {
  print_done(context, counters, phrase);
  if (context.line.options.json) return;
  context.print(moved(context, counters, Phrase::sent, "sent") + "; " +
                moved(context, counters, Phrase::received, "received") + "; " +
                std::to_string(counters["milliseconds"].integer_or(0)) + " ms\n");
}

Result<std::string> absolute(const std::string& path) {
  std::error_code failure;
  const auto whole = std::filesystem::absolute(path, failure);
  if (failure) return Error{ErrorCode::io_error, "cwd errno " + std::to_string(failure.value())};
  return whole.lexically_normal().string();
}

Result<void> run_owner_here(const Context& context) {
  FELTBOG_TRY(path, data_directory_path(context));
  const host::IdlePolicy usual;
  host::OwnerOptions options;
  options.directory = path;
  options.idle.lock_milliseconds =
      context.parameters["lock_after"].integer_or(usual.lock_milliseconds);
  options.idle.leave_milliseconds =
      context.parameters["leave_after"].integer_or(usual.leave_milliseconds);
  options.unlock_milliseconds =
      context.parameters["unlock_time"].integer_or(options.unlock_milliseconds);
  options.ready_descriptor = static_cast<int>(context.parameters["ready"].integer_or(-1));
  return host::run_owner(options);
}

Result<void> run_completion(const Context& context) {
  FELTBOG_TRY(script, completion_script(context.parameters["shell"].text_or("")));
  context.print(script);
  return {};
}

// A session with an owner that has a database, whether locked or not.
struct Opened {
  Session session;
  Value state;
};
Result<Opened> open_with_database(const Context& context) {
  FELTBOG_TRY(session, Session::open(context, Session::Folder::must_exist));
  FELTBOG_TRY(state, session.ask(verb::kState, Value::Map{}));
  if (!state["database"].boolean_or(false)) {
    return Error{ErrorCode::not_found, "no database in the data directory"};
  }
  return Opened{std::move(session), std::move(state)};
}

Result<void> run_unlock(const Context& context) {
  FELTBOG_TRY(opened, open_with_database(context));
  auto& [session, state] = opened;
  if (!state["unlocked"].boolean_or(false)) {
    FELTBOG_CHECK(session.unlock(context.parameters["recovery_code"].boolean_or(false)));
  }
  Value result;
  result["unlocked"] = true;
  print_done(context, result, Phrase::unlocked);
  return {};
}

Result<Value> ask_and_wipe(Session& session, std::string_view wanted, Value body) {
  auto answer = session.ask(wanted, body);
  for (auto& [name, secret] : *body.map()) host::wipe_value(secret);
  return answer;
}

Result<void> run_passphrase_change(const Context& context) {
  FELTBOG_TRY(opened, open_with_database(context));
  Session& session = opened.session;
  const bool with_code = context.parameters["recovery_code"].boolean_or(false);
  FELTBOG_TRY(old_secret, session.existing_passphrase(with_code ? Phrase::ask_recovery_code
                                                                : Phrase::ask_passphrase));
  const std::string* file = context.parameters["new_passphrase_file"].text();
  FELTBOG_TRY(words, file != nullptr ? read_passphrase_file(*file) : session.choose_passphrase());
  Value body;
  body[with_code ? "recovery_code" : "passphrase"] = old_secret.text();
  body["new_passphrase"] = words.text();
  FELTBOG_TRY(answer, ask_and_wipe(session, verb::kChangePassphrase, std::move(body)));
  print_done(context, answer, Phrase::passphrase_changed);
  return {};
}

// In groups of five, as people copy it by hand.
std::string in_groups(std::string_view code) {
  constexpr std::size_t kGroup = 5;
  constexpr std::size_t kGroupsMax = 5;
  std::string out;
  for (std::size_t at = 0; at < code.size(); ++at) {
    if (at > 0 && at % kGroup == 0 && at / kGroup < kGroupsMax) out += '-';
    out += code[at];
  }
  return out;
}

Result<void> run_recovery_add(const Context& context) {
  FELTBOG_TRY(opened, open_with_database(context));
  Session& session = opened.session;
  FELTBOG_TRY(passphrase, session.existing_passphrase());
  Value body;
  body["passphrase"] = passphrase.text();
  FELTBOG_TRY(answer, ask_and_wipe(session, verb::kAddRecovery, std::move(body)));
  if (context.line.options.json) return context.print_json(answer), Result<void>();
  context.print(std::string(say(context.language, Phrase::recovery_code_is)) + ": " +
                in_groups(answer["code"].text_or("")) + "\n");
  context.remark(Phrase::recovery_code_keep);
  return {};
}

Result<void> run_lock(const Context& context) {
  FELTBOG_TRY(session, Session::open_if_running(context));
  if (session.has_value()) {
    const bool stop = context.parameters["stop"].boolean_or(false);
    FELTBOG_CHECK([&]() -> Result<void> {
      const auto done = session->ask(stop ? verb::kStop : verb::kLock, Value::Map{});
      if (!done.has_value()) return done.error();
      return {};
    }());
  }
  Value result;
  result["unlocked"] = false;
  print_done(context, result, Phrase::locked);
  return {};
}

// A new database is given its passphrase; one that is there is asked for the one it has.
Result<void> join(const Context& context, std::string_view wanted, Value body, Phrase phrase) {
  FELTBOG_TRY(session, Session::open(context, Session::Folder::may_be_made));
  FELTBOG_TRY(state, session.ask(verb::kState, Value::Map{}));
  const bool there = state["database"].boolean_or(false);
  auto passphrase = there ? session.existing_passphrase() : session.new_passphrase();
  if (!passphrase.has_value()) return passphrase.error();
  body["passphrase"] = passphrase->text();
  const auto outcome = session.ask_with_progress(wanted, body);
  host::wipe_value(body["passphrase"]);
  if (!outcome.has_value()) return outcome.error();
  print_synced(context, *outcome, phrase);
  return {};
}

Result<void> run_org_create(const Context& context) {
  Value body;
  body["invite"] = context.parameters["office"];
  body["name"] = context.parameters["name"];
  return join(context, verb::kFound, std::move(body), Phrase::founded);
}

Result<void> run_enrol(const Context& context) {
  Value body;
  body["invite"] = context.parameters["invite"];
  FELTBOG_CHECK(join(context, verb::kEnrol, std::move(body), Phrase::joined));
  if (context.line.options.json) return {};
  FELTBOG_TRY(session, Session::open(context, Session::Folder::must_exist));
  FELTBOG_TRY(code, session.call("device.code", Value::Map{}));
  context.print(std::string(say(context.language, Phrase::device_read_aloud)) + "\n  " +
                code["spoken"].text_or("") + "\n");
  return {};
}

Result<void> run_sync_watch(const Context& context, Session& session, const Value& body) {
  ProgressLine progress(context.err, context.err_terminal, context.language);
  const bool json = context.line.options.json;
  const auto outcome = session.ask(verb::kSync, body, [&](const host::Reply& reply) {
    if (reply.kind != host::ReplyKind::progress) return true;
    if (!json) return progress.show(reply.body), true;
    Value line;
    line["progress"] = reply.body;
    context.print_json(line);
    return true;
  });
  if (!outcome.has_value()) return outcome.error();
  return {};
}

Result<void> run_sync(const Context& context) {
  FELTBOG_TRY(session, Session::open(context, Session::Folder::must_exist));
  const bool watch = context.parameters["watch"].boolean_or(false);
  Value body;
  body["mode"] = watch ? "watch" : "once";
  if (const std::string* record = context.parameters["record"].text()) {
    FELTBOG_TRY(path, absolute(*record));
    body["record"] = path;
  }
  if (watch) return run_sync_watch(context, session, body);
  FELTBOG_TRY(counters, session.ask_with_progress(verb::kSync, body));
  print_synced(context, counters, Phrase::synced);
  return {};
}

Result<void> run_photo_add(const Context& context) {
  FELTBOG_TRY(session, Session::open(context, Session::Folder::must_exist));
  FELTBOG_TRY(path, absolute(context.parameters["file"].text_or("")));
  Value body;
  body["file"] = context.parameters["case"];
  body["path"] = path;
  body["name"] =
      context.parameters["name"].text_or(std::filesystem::path(path).filename().string());
  FELTBOG_TRY(result, session.ask_with_progress(verb::kAttach, body));
  print_done(context, result, Phrase::photo_added);
  if (!context.line.options.json) {
    context.print(render_result(*context.line.row, result, context.language, context.out_terminal));
  }
  return {};
}

Result<void> run_photo_save(const Context& context) {
  FELTBOG_TRY(session, Session::open(context, Session::Folder::must_exist));
  FELTBOG_TRY(path, absolute(context.parameters["file"].text_or("")));
  Value body;
  body["file"] = context.parameters["case"];
  body["attachment"] = context.parameters["attachment"];
  body["path"] = path;
  if (!context.line.options.purpose.empty()) body["purpose"] = context.line.options.purpose;
  FELTBOG_TRY(result, session.ask_with_progress(verb::kSave, body));
  if (context.line.options.json) return context.print_json(result), Result<void>();
  context.print(std::string(say(context.language, Phrase::saved_as)) + " " + path + "\n");
  return {};
}

struct Runner {
  std::string_view name;
  Result<void> (*run)(const Context&);
};
constexpr Runner kRunners[] = {{"completion", run_completion},
                               {"enrol", run_enrol},
                               {"lock", run_lock},
                               {"org.create", run_org_create},
                               {"owner", run_owner_here},
                               {"passphrase.change", run_passphrase_change},
                               {"photo.add", run_photo_add},
                               {"photo.save", run_photo_save},
                               {"recovery.add", run_recovery_add},
                               {"sync", run_sync},
                               {"unlock", run_unlock}};

}  // namespace

Result<int> run_special(const Context& context) {
  const std::string_view name = context.line.row->name;
  if (name == "invite") return run_invite(context);
  for (const Runner& runner : kRunners) {
    if (runner.name != name) continue;
    FELTBOG_CHECK(runner.run(context));
    return 0;
  }
  return Error{ErrorCode::unknown_command, {}};
}

}  // namespace feltbog::cli
