// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <deque>
#include <memory>

namespace feltbog::cli {
namespace {

using workspace::CommandRow;
using workspace::Parameter;
using workspace::ParameterType;
using workspace::Presence;

// What CLI11 writes into while it parses. Addresses must not move.
struct Storage {
  struct Slot {
    const CommandRow* row;
    std::string parameter;
    bool is_flag = false;
    bool flag = false;
    std::vector<std::string> texts;  // as CLI11 converts them; what was typed is in `option`
    CLI::Option* option = nullptr;
  };
  std::deque<Slot> slots;
  CommonOptions options;
};

void add_parameter(CLI::App& app, const CommandRow& row, const Parameter& parameter,
                   Storage& storage) {
  storage.slots.push_back({&row, std::string(parameter.name), false, false, {}, nullptr});
  Storage::Slot& slot = storage.slots.back();
  if (parameter.presence == Presence::positional) {
    slot.option = app.add_option(slot.parameter, slot.texts)->expected(1)->allow_extra_args(false);
    return;
  }
  const std::string option = option_name(parameter.name);
  if (parameter.type == ParameterType::boolean) {
    slot.is_flag = true;
    slot.option = app.add_flag(option + ",!--no" + option.substr(1), slot.flag);
    return;
  }
  // Without extra arguments it takes one word each time, and "[a,b]" is not taken for a list.
  slot.option = app.add_option(option, slot.texts)->allow_extra_args(false);
}

void add_common(CLI::App& app, CommonOptions& options) {
  app.add_flag("--json", options.json);
  app.add_flag("-h,--help", options.help);
  app.add_flag("--version", options.version);
  app.add_option("--lang", options.language)->check(CLI::IsMember({"da", "en"}));
  app.add_option("--dir", options.directory);
  app.add_option("--passphrase-file", options.passphrase_file);
  app.add_option("--purpose", options.purpose);
  app.add_option("--request-id", options.request_id);
}

// One application with a subcommand for each first word, and under it one for each second.
class Tree {
 public:
  Tree() {
    root_.set_help_flag();
    // One at most, or a later word that happens to be a command's name ("visit") would be taken for
    // it.
    root_.require_subcommand(0, 1);
    add_common(root_, storage_.options);
    for (const CommandRow* row : all_commands()) add_row(*row);
  }

  CommandLine parse(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    root_.parse(std::move(words));
    return collect();
  }
  std::vector<std::string> left_over() { return root_.remaining(true); }

  CommandLine collect() {
    CommandLine out;
    out.options = storage_.options;
    const CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) {
      app = app->get_subcommands().front();
      if (out.group.empty()) out.group = app->get_name();
    }
    const auto found = rows_.find(app);
    if (found == rows_.end()) return out;
    out.row = found->second;
    for (const Storage::Slot& slot : storage_.slots) {
      if (slot.row != out.row || slot.option->count() == 0) continue;
      if (slot.is_flag) {
        out.typed[slot.parameter] = {slot.flag ? "true" : "false"};
      } else {
        out.typed[slot.parameter] = slot.option->results();
      }
    }
    return out;
  }

 private:
  CLI::App& child(CLI::App& parent, const std::string& word) {
    for (CLI::App* known : parent.get_subcommands({})) {
      if (known->get_name() == word) return *known;
    }
    CLI::App* made = parent.add_subcommand(word);
    made->fallthrough();
    made->require_subcommand(0, 1);
    return *made;
  }

  void add_row(const CommandRow& row) {
    const std::size_t dot = row.name.find('.');
    CLI::App* app = &child(root_, std::string(row.name.substr(0, dot)));
    if (dot != std::string_view::npos) app = &child(*app, std::string(row.name.substr(dot + 1)));
    rows_[app] = &row;
    for (const Parameter& parameter : row.parameters) add_parameter(*app, row, parameter, storage_);
    if (row.shape != workspace::Shape::query) return;
    app->add_option("--now", storage_.options.now);
    app->add_flag("--watch", storage_.options.watch);
  }

  CLI::App root_;
  Storage storage_;
  std::map<const CLI::App*, const CommandRow*> rows_;
};

// What was left over may be anybody's words: only what looks like an option is repeated.
std::string safe_subject(const std::vector<std::string>& left_over) {
  for (const std::string& word : left_over) {
    std::string name = word.substr(0, word.find('='));
    const bool plain = std::all_of(name.begin(), name.end(), [](char letter) {
      return (letter >= 'a' && letter <= 'z') || letter == '-';
    });
    if (name.starts_with("--") && plain && name.size() <= 32) return name;
  }
  return "an argument too many";
}

}  // namespace

Result<CommandLine> read_command_line(std::span<const std::string> words) {
  Tree tree;
  try {
    return tree.parse({words.begin(), words.end()});
  } catch (const CLI::ExtrasError&) {
    const std::vector<std::string> left_over = tree.left_over();
    const bool is_word = !left_over.empty() && !left_over.front().starts_with('-');
    if (tree.collect().row == nullptr && is_word) return Error{ErrorCode::unknown_command, {}};
    return Error{ErrorCode::invalid_argument, safe_subject(left_over)};
  } catch (const CLI::ValidationError&) {
    return Error{ErrorCode::invalid_argument, "--lang is da or en"};
  } catch (const CLI::ArgumentMismatch&) {
    return Error{ErrorCode::invalid_argument, "an option without its value"};
  } catch (const CLI::Error& error) {
    return Error{ErrorCode::invalid_argument, error.get_name()};
  }
}

CommonOptions guess_options(std::span<const std::string> words) {
  CommonOptions out;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--json") out.json = true;
    if (word == "--help" || word == "-h") out.help = true;
    if (word.starts_with("--lang=")) out.language = word.substr(7);
    if (word == "--lang" && at + 1 < words.size()) out.language = words[at + 1];
  }
  return out;
}

}  // namespace feltbog::cli
