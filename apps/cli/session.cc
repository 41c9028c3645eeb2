// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/session.h"

#include <charconv>
#include <filesystem>

#include "apps/cli/error_message.h"
#include "core/base/json.h"

namespace feltbog::cli {
namespace {

constexpr int kNewPassphraseTriesMax = 3;

// A time from a variable, in the unit given; what is no number counts as not given.
std::int64_t milliseconds_from(const Variables& variables, std::string_view name,
                               std::int64_t unit_milliseconds, std::int64_t otherwise) {
  const auto text = variables(name);
  if (!text.has_value()) return otherwise;
  std::int64_t units = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, failure] = std::from_chars(text->data(), end, units);
  const bool good = failure == std::errc() && stopped == end && units > 0 && units <= 30 * 86'400;
  return good ? units * unit_milliseconds : otherwise;
}

host::OwnerStart start_from(const Variables& variables) {
  host::OwnerStart start;
  start.idle.lock_milliseconds = milliseconds_from(variables, "FELTBOG_LOCK_AFTER_SECONDS", 1000,
                                                   start.idle.lock_milliseconds);
  start.idle.leave_milliseconds = milliseconds_from(variables, "FELTBOG_LEAVE_AFTER_SECONDS", 1000,
                                                    start.idle.leave_milliseconds);
  start.unlock_milliseconds =
      milliseconds_from(variables, "FELTBOG_UNLOCK_MILLISECONDS", 1, start.unlock_milliseconds);
  return start;
}

Result<host::DataDirectory> open_folder(const Context& context, Session::Folder folder) {
  FELTBOG_TRY(path, data_directory_path(context));
  std::error_code ignored;
  if (folder == Session::Folder::must_exist && !std::filesystem::exists(path, ignored)) {
    return Error{ErrorCode::not_found, "no data directory"};
  }
  return host::DataDirectory::prepare(path);
}

}  // namespace

void Context::print_json(const Value& value) const {
  const auto form = out_terminal.is_terminal ? JsonForm::indented : JsonForm::compact;
  print(to_json(value, form) + "\n");
  std::fflush(out);
}

void Context::print(std::string_view text) const { std::fwrite(text.data(), 1, text.size(), out); }

void Context::remark(Phrase phrase) const {
  std::fprintf(err, "%s\n", std::string(say(language, phrase)).c_str());
}

Result<std::string> data_directory_path(const Context& context) {
  if (!context.line.options.directory.empty()) return context.line.options.directory;
  if (const auto set = context.variables("FELTBOG_DIR")) return *set;
  const auto home = context.variables("HOME");
  if (!home.has_value()) return Error{ErrorCode::invalid_argument, "--dir, as HOME is not set"};
  return *home + "/.local/share/feltbog";
}

Result<Session> Session::open(const Context& context, Folder folder) {
  FELTBOG_TRY(directory, open_folder(context, folder));
  FELTBOG_TRY(link, host::OwnerLink::connect(directory, start_from(context.variables)));
  return Session(context, std::move(link));
}

Result<std::optional<Session>> Session::open_if_running(const Context& context) {
  FELTBOG_TRY(directory, open_folder(context, Folder::must_exist));
  FELTBOG_TRY(link, host::OwnerLink::connect_if_running(directory));
  if (!link.has_value()) return std::optional<Session>();
  return std::optional<Session>(Session(context, std::move(*link)));
}

Result<Value> Session::ask(std::string_view verb, const Value& body,
                           const host::OwnerLink::OnReply& on_reply) {
  auto answer = link_.request(verb, body, on_reply);
  if (answer.has_value() || answer.error().code != ErrorCode::locked) return answer;
  // Locked while it was being done is an answer; locked before it began is a question.
  if (!answer.error().detail.empty()) return answer;
  FELTBOG_CHECK(unlock());
  return link_.request(verb, body, on_reply);
}

Result<Value> Session::ask_with_progress(std::string_view verb, const Value& body) {
  ProgressLine progress(context_->err, context_->err_terminal, context_->language);
  return ask(verb, body, [&progress](const host::Reply& reply) {
    if (reply.kind == host::ReplyKind::progress) progress.show(reply.body);
    return true;
  });
}

Value Session::call_body(std::string_view command, const Value& parameters) const {
  Value body;
  body["command"] = command;
  body["parameters"] = parameters;
  body["language"] = context_->language == Language::danish ? "da" : "en";
  if (!context_->line.options.now.empty()) body["now"] = context_->line.options.now;
  if (!context_->line.options.request_id.empty()) {
    body["request_id"] = context_->line.options.request_id;
  }
  if (!context_->line.options.purpose.empty()) body["purpose"] = context_->line.options.purpose;
  return body;
}

Result<Value> Session::call(std::string_view command, const Value& parameters) {
  return ask(host::verb::kCall, call_body(command, parameters));
}

Result<std::optional<Passphrase>> Session::passphrase_from_file() const {
  std::optional<std::string> path = context_->variables("FELTBOG_PASSPHRASE_FILE");
  if (!context_->line.options.passphrase_file.empty())
    path = context_->line.options.passphrase_file;
  if (!path.has_value()) return std::optional<Passphrase>();
  auto read = read_passphrase_file(*path);
  if (!read.has_value()) {
    return Error{read.error().code, "passphrase file: " + read.error().detail};
  }
  return std::optional<Passphrase>(std::move(*read));
}

Result<Passphrase> Session::existing_passphrase(Phrase question) const {
  FELTBOG_TRY(given, passphrase_from_file());
  if (given.has_value()) return std::move(*given);
  return ask_passphrase(say(context_->language, question));
}

Result<Passphrase> Session::new_passphrase() const {
  FELTBOG_TRY(given, passphrase_from_file());
  if (given.has_value()) return std::move(*given);
  return choose_passphrase();
}

Result<Passphrase> Session::choose_passphrase() const {
  for (int tried = 0; tried < kNewPassphraseTriesMax; ++tried) {
    FELTBOG_TRY(first, ask_passphrase(say(context_->language, Phrase::ask_new_passphrase)));
    FELTBOG_TRY(second, ask_passphrase(say(context_->language, Phrase::ask_again)));
    if (first.text() == second.text()) return first;
    context_->remark(Phrase::not_the_same);
  }
  return Error{ErrorCode::cancelled, "passphrase"};
}

Result<void> Session::unlock(bool with_recovery_code) {
  FELTBOG_TRY(secret, existing_passphrase(with_recovery_code ? Phrase::ask_recovery_code
                                                             : Phrase::ask_passphrase));
  Value body;
  body[with_recovery_code ? "recovery_code" : "passphrase"] = secret.text();
  const auto answer = link_.request(host::verb::kUnlock, std::move(body));
  if (!answer.has_value()) return answer.error();
  return {};
}

}  // namespace feltbog::cli
