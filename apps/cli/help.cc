// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/help.h"

#include <algorithm>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/text_width.h"

namespace feltbog::cli {
namespace {

using workspace::CommandRow;
using workspace::Parameter;
using workspace::ParameterType;
using workspace::Presence;

using Line = std::pair<std::string, std::string>;

std::string two_columns(const std::vector<Line>& lines) {
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, display_width(line.first));
  std::string out;
  for (const Line& line : lines)
    out += "  " + pad_right(line.first, width) + "  " + line.second + "\n";
  return out;
}

std::string heading(Language language, Phrase phrase) {
  return "\n" + std::string(say(language, phrase)) + "\n";
}

// The owner is started by the other commands, not by people.
bool is_shown(const CommandRow& row) { return row.name != "owner"; }

std::vector<Line> command_lines(std::string_view first_word, Language language) {
  std::vector<Line> lines;
  for (const CommandRow* row : all_commands()) {
    const bool wanted =
        first_word.empty() || row->name.substr(0, row->name.find('.')) == first_word;
    if (!wanted || !is_shown(*row)) continue;
    lines.emplace_back(typed_name(row->name), std::string(say(language, row->summary)));
  }
  return lines;
}

Line option_line(const Parameter& parameter, Language language) {
  std::string name = option_name(parameter.name);
  if (parameter.type != ParameterType::boolean) name += " " + value_name(parameter.name);
  std::string text(say(language, parameter.help));
  if (parameter.presence == Presence::required) {
    text += " (" + std::string(say(language, Phrase::needed)) + ")";
  }
  if (parameter.type == ParameterType::text_list) {
    text += "; " + std::string(say(language, Phrase::several));
  }
  return {std::move(name), std::move(text)};
}

std::vector<Line> common_lines(Language language) {
  const auto text = [language](Phrase phrase) { return std::string(say(language, phrase)); };
  return {{"--json", text(Phrase::option_json)},
          {"--lang da|en", text(Phrase::option_lang)},
          {"--dir DIR", text(Phrase::option_dir)},
          {"--passphrase-file FILE", text(Phrase::option_passphrase_file)},
          {"--purpose TEXT", text(Phrase::option_purpose)},
          {"--request-id ID", text(Phrase::option_request_id)},
          {"-h, --help", text(Phrase::option_help)},
          {"--version", text(Phrase::option_version)}};
}

}  // namespace

std::string usage_line(const CommandRow& row, Language language) {
  std::string out = "feltbog " + typed_name(row.name);
  for (const Parameter& parameter : row.parameters) {
    if (parameter.presence == Presence::positional) out += " " + value_name(parameter.name);
  }
  for (const Parameter& parameter : row.parameters) {
    if (parameter.presence != Presence::required) continue;
    out += " " + option_name(parameter.name) + " " + value_name(parameter.name);
  }
  return out + " [" + std::string(say(language, Phrase::options_word)) + "]";
}

std::string help_overview(Language language) {
  std::string out = std::string(say(language, Phrase::tagline)) + "\n\n";
  out += std::string(say(language, Phrase::usage)) + ": feltbog " +
         std::string(say(language, Phrase::command_word)) + " [" +
         std::string(say(language, Phrase::options_word)) + "]\n";
  out += heading(language, Phrase::commands) + two_columns(command_lines({}, language));
  out += heading(language, Phrase::options_everywhere) + two_columns(common_lines(language));
  out += "\n" + std::string(say(language, Phrase::help_more)) + "\n";
  return out;
}

std::string help_for_group(std::string_view first_word, Language language) {
  const std::vector<Line> lines = command_lines(first_word, language);
  if (lines.empty()) return {};
  return std::string(say(language, Phrase::usage)) + ": feltbog " + std::string(first_word) + " " +
         std::string(say(language, Phrase::command_word)) + " [" +
         std::string(say(language, Phrase::options_word)) + "]\n" +
         heading(language, Phrase::commands) + two_columns(lines) + "\n" +
         std::string(say(language, Phrase::help_more)) + "\n";
}

std::string help_for(const CommandRow& row, Language language) {
  std::vector<Line> arguments;
  std::vector<Line> options;
  bool takes_text = false;
  for (const Parameter& parameter : row.parameters) {
    takes_text = takes_text || parameter.type == ParameterType::text ||
                 parameter.type == ParameterType::record;
    if (parameter.presence == Presence::positional) {
      arguments.emplace_back(value_name(parameter.name),
                             std::string(say(language, parameter.help)));
    } else {
      options.push_back(option_line(parameter, language));
    }
  }
  if (row.shape == workspace::Shape::query) {
    options.emplace_back("--now TIME", std::string(say(language, Phrase::option_now)));
    options.emplace_back("--watch", std::string(say(language, Phrase::option_watch)));
  }
  std::string out = std::string(say(language, row.summary)) + "\n\n" +
                    std::string(say(language, Phrase::usage)) + ": " + usage_line(row, language) +
                    "\n";
  if (!arguments.empty()) out += heading(language, Phrase::arguments) + two_columns(arguments);
  if (!options.empty()) out += heading(language, Phrase::options) + two_columns(options);
  out += heading(language, Phrase::options_everywhere) + two_columns(common_lines(language));
  if (takes_text) out += "\n" + std::string(say(language, Phrase::help_text_forms)) + "\n";
  out += heading(language, Phrase::example) + "  " + std::string(row.example) + "\n";
  return out;
}

}  // namespace feltbog::cli
