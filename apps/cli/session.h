// SPDX-License-Identifier: Apache-2.0
// One command's dealings with the owner of its data directory: starting it, unlocking when needed,
// asking.
#pragma once

#include <cstdio>
#include <optional>

#include "apps/cli/command_line.h"
#include "apps/cli/progress.h"
#include "apps/cli/terminal.h"
#include "apps/host/owner_link.h"

namespace feltbog::cli {

// Everything a command needs besides the owner.
struct Context {
  CommandLine line;
  Value parameters;
  Language language = Language::danish;
  Variables variables;
  std::FILE* out = nullptr;
  std::FILE* err = nullptr;
  Terminal out_terminal;
  Terminal err_terminal;

  // Writes to `out`: JSON on one line, or indented for a terminal.
  void print_json(const Value& value) const;
  void print(std::string_view text) const;
  // Writes to `err`.
  void remark(Phrase phrase) const;
};

// Where the database is: --dir, FELTBOG_DIR, or the usual place. Error: invalid_argument (no HOME).
Result<std::string> data_directory_path(const Context& context);

class Session {
 public:
  enum class Folder { must_exist, may_be_made };
  // Errors: not_found (no such folder), and those of OwnerLink::connect.
  static Result<Session> open(const Context& context, Folder folder);
  // The same, but nothing when no owner runs.
  static Result<std::optional<Session>> open_if_running(const Context& context);

  // Asks, and unlocks first when the owner says that it is locked. Errors: the owner's; locked,
  // when no passphrase is at hand.
  Result<Value> ask(std::string_view verb, const Value& body,
                    const host::OwnerLink::OnReply& on_reply = nullptr);
  // As ask, with a progress line on the terminal.
  Result<Value> ask_with_progress(std::string_view verb, const Value& body);
  // A row of the command table, with the options of the command line.
  Result<Value> call(std::string_view command, const Value& parameters);
  Value call_body(std::string_view command, const Value& parameters) const;
  // With the passphrase, or with a recovery code.
  Result<void> unlock(bool with_recovery_code = false);
  // Whether the owner went away while it was asked.
  bool lost() const { return link_.is_lost(); }
  // The secret that opens a database that is there, or one for a new database (asked for twice).
  // --passphrase-file gives either.
  Result<Passphrase> existing_passphrase(Phrase question = Phrase::ask_passphrase) const;
  Result<Passphrase> new_passphrase() const;
  // Asked for twice, whatever --passphrase-file says.
  Result<Passphrase> choose_passphrase() const;

 private:
  Session(const Context& context, host::OwnerLink link)
      : context_(&context), link_(std::move(link)) {}
  Result<std::optional<Passphrase>> passphrase_from_file() const;
  const Context* context_;
  host::OwnerLink link_;
};

}  // namespace feltbog::cli
