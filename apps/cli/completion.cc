// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/completion.h"

#include <map>
#include <set>
#include <vector>

#include "apps/cli/catalogue.h"
#include "apps/cli/commands.h"

namespace feltbog::cli {
namespace {

using workspace::CommandRow;

constexpr std::string_view kCommon =
    "--json --lang --dir --passphrase-file --purpose --request-id --help --version";

std::string options_of(const CommandRow& row) {
  std::string out;
  for (const auto& parameter : row.parameters) {
    if (parameter.presence != workspace::Presence::positional) {
      out += option_name(parameter.name) + " ";
    }
  }
  if (row.shape == workspace::Shape::query) out += "--now --watch ";
  return out + std::string(kCommon);
}

std::vector<const CommandRow*> shown_commands() {
  std::vector<const CommandRow*> out;
  for (const CommandRow* row : all_commands()) {
    if (row->name != "owner") out.push_back(row);
  }
  return out;
}

// First words, and for each the words that may follow.
std::map<std::string, std::set<std::string>> words() {
  std::map<std::string, std::set<std::string>> out;
  for (const CommandRow* row : shown_commands()) {
    const std::size_t dot = row->name.find('.');
    auto& second = out[std::string(row->name.substr(0, dot))];
    if (dot != std::string_view::npos) second.insert(std::string(row->name.substr(dot + 1)));
  }
  return out;
}

template <class Words>
std::string joined(const Words& all) {
  std::string out;
  for (const auto& word : all) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string bash_script() {
  std::vector<std::string> first;
  for (const auto& [word, second] : words()) first.push_back(word);
  std::string out =
      "_feltbog() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} one=${COMP_WORDS[1]} two=${COMP_WORDS[2]} list=\n"
      "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
      "    COMPREPLY=($(compgen -W '" +
      joined(first) +
      "' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  if [ \"$COMP_CWORD\" = 2 ]; then\n"
      "    case $one in\n";
  for (const auto& [word, second] : words()) {
    if (!second.empty()) out += "      " + word + ") list='" + joined(second) + "';;\n";
  }
  out +=
      "    esac\n"
      "  fi\n"
      "  if [ -z \"$list\" ] && [ \"${word#-}\" != \"$word\" ]; then\n"
      "    case \"$one $two\" in\n";
  for (const CommandRow* row : shown_commands()) {
    const bool has_two = row->name.find('.') != std::string_view::npos;
    const std::string pattern =
        has_two ? "'" + typed_name(row->name) + "'" : "'" + std::string(row->name) + " '*";
    out += "      " + pattern + ") list='" + options_of(*row) + "';;\n";
  }
  out +=
      "    esac\n"
      "  fi\n"
      "  COMPREPLY=($(compgen -W \"$list\" -- \"$word\"))\n"
      "}\n"
      "complete -o default -F _feltbog feltbog\n";
  return out;
}

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') out += '\\';
    out += letter;
  }
  return out + "'";
}

std::string fish_script() {
  std::string out;
  for (const auto& [word, second] : words()) {
    out += "complete -c feltbog -n __fish_use_subcommand -f -a " + word + "\n";
    if (second.empty()) continue;
    out += "complete -c feltbog -n '__fish_seen_subcommand_from " + word +
           "; and not __fish_seen_subcommand_from " + joined(second) + "' -f -a '" +
           joined(second) + "'\n";
  }
  for (const CommandRow* row : shown_commands()) {
    for (const auto& parameter : row->parameters) {
      if (parameter.presence == workspace::Presence::positional) continue;
      const std::size_t dot = row->name.find('.');
      std::string seen = "__fish_seen_subcommand_from " + std::string(row->name.substr(0, dot));
      if (dot != std::string_view::npos) {
        seen += "; and __fish_seen_subcommand_from " + std::string(row->name.substr(dot + 1));
      }
      out += "complete -c feltbog -n '" + seen + "' -l " + option_name(parameter.name).substr(2) +
             (parameter.type == workspace::ParameterType::boolean ? "" : " -r") + " -d " +
             fish_quoted(parameter.help.english) + "\n";
    }
  }
  return out;
}

}  // namespace

Result<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") {
    return "#compdef feltbog\nautoload -U +X bashcompinit && bashcompinit\n" + bash_script();
  }
  if (shell == "fish") return fish_script();
  return Error{ErrorCode::invalid_argument, "shell is bash, zsh or fish"};
}

}  // namespace feltbog::cli
