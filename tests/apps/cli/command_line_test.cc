// SPDX-License-Identifier: Apache-2.0
// Command lines against the commands there are.
#include "apps/cli/command_line.h"

#include <doctest/doctest.h>

namespace feltbog::cli {
namespace {

// Splits as a shell does, as far as examples need it: blanks and single quotes.
std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  bool any = false;
  for (const char letter : line) {
    if (letter == '\'') {
      quoted = !quoted;
      any = true;
    } else if (letter == ' ' && !quoted) {
      if (any) words.push_back(word);
      word.clear();
      any = false;
    } else {
      word += letter;
      any = true;
    }
  }
  if (any) words.push_back(word);
  return words;
}

TextSources sources() {
  return {[](const std::string& path) -> Result<std::string> { return "content of " + path; },
          []() -> Result<std::string> { return std::string("typed in"); }};
}

Result<CommandLine> read(std::string_view line) { return read_command_line(shell_words(line)); }

Result<Value> parameters_of(std::string_view text) {
  FELTBOG_TRY(line, read(text));
  if (line.row == nullptr) return ErrorCode::unknown_command;
  return parameters_from(*line.row, line.typed, sources());
}

TEST_CASE("every command reads its own example") {
  for (const auto* row : all_commands()) {
    CAPTURE(row->example);
    auto words = shell_words(row->example);
    REQUIRE(words.size() >= 2);
    CHECK(words.front() == "feltbog");
    words.erase(words.begin());
    const auto line = read_command_line(words);
    REQUIRE(line.has_value());
    CHECK(line->row == row);
    const auto parameters = parameters_from(*row, line->typed, sources());
    if (!parameters.has_value()) FAIL(parameters.error().detail);
  }
}

TEST_CASE("parameters become what the row says they are") {
  const auto parameters = parameters_of(
      "contact log abcd12 --channel phone --result no_answer --sms-sent --reply-by 2026-11-30");
  REQUIRE(parameters.has_value());
  CHECK((*parameters)["case"] == Value("abcd12"));
  CHECK((*parameters)["sms_sent"] == Value(true));
  CHECK((*parameters)["reply_by"] == Value("2026-11-30"));
  CHECK((*parameters)["knocked"].is_null());
  CHECK((*parameters_of("contact log a --channel phone --result x --no-sms-sent"))["sms_sent"] ==
        Value(false));
}

TEST_CASE("a list is given by repeating its option, and takes no more than one word each time") {
  const auto parameters =
      parameters_of("case refer --to Anna --to 'Bo Hansen' abcd12 --pathway slagelse-fokus");
  REQUIRE(parameters.has_value());
  CHECK((*parameters)["to"].items().size() == 2);
  CHECK((*parameters)["to"].items()[1] == Value("Bo Hansen"));
  CHECK((*parameters)["case"] == Value("abcd12"));
}

TEST_CASE("texts come from files and standard input when asked for") {
  CHECK((*parameters_of("note write a @besøg.txt"))["text"] == Value("content of besøg.txt"));
  CHECK((*parameters_of("note write a -"))["text"] == Value("typed in"));
  CHECK((*parameters_of("note write a '@@ Anna'"))["text"] == Value("@ Anna"));
}

TEST_CASE("a text is taken as it was typed, whatever it looks like") {
  for (const char* text : {"[a,b]", "{}", "%%", "a,b", " blank ", "=", "true", "\"quoted\""}) {
    const std::vector<std::string> words = {"note", "write", "a", text, "--title", text};
    const auto line = read_command_line(words);
    REQUIRE(line.has_value());
    const auto parameters = parameters_from(*line->row, line->typed, sources());
    REQUIRE(parameters.has_value());
    CHECK((*parameters)["text"] == Value(text));
    CHECK((*parameters)["title"] == Value(text));
  }
}

TEST_CASE("common options may stand before and after the command") {
  const auto line =
      read("--json --lang da status --dir /tmp/a --now 2026-11-18T08:00 --purpose Tilsyn");
  REQUIRE(line.has_value());
  CHECK(line->options.json);
  CHECK(line->options.language == "da");
  CHECK(line->options.directory == "/tmp/a");
  CHECK(line->options.now == "2026-11-18T08:00");
  CHECK(line->options.purpose == "Tilsyn");
  CHECK(read("case list --json")->options.json);
}

TEST_CASE("what cannot be is refused, and names no more than the option") {
  const auto code_of = [](std::string_view line) {
    const auto parameters = parameters_of(line);
    REQUIRE_FALSE(parameters.has_value());
    return parameters.error();
  };
  CHECK(code_of("nonsense").code == ErrorCode::unknown_command);
  CHECK(code_of("note wrote").code == ErrorCode::unknown_command);
  CHECK(code_of("note write a b --titel 'Hemmelig'") ==
        Error{ErrorCode::invalid_argument, "--titel"});
  CHECK(code_of("note write a b Hemmelig") ==
        Error{ErrorCode::invalid_argument, "an argument too many"});
  CHECK(code_of("note write a") == Error{ErrorCode::invalid_argument, "missing: text"});
  CHECK(code_of("note write a b --title").code == ErrorCode::invalid_argument);
  CHECK(code_of("visit log a --minutes mange").code == ErrorCode::invalid_argument);
  CHECK(code_of("note write a b --title x --title y").code == ErrorCode::invalid_argument);
  CHECK(code_of("status --lang se").code == ErrorCode::invalid_argument);
  CHECK(code_of("event log a visit --fields '[1]'").code == ErrorCode::invalid_argument);
}

TEST_CASE("a first word alone names its group") {
  const auto line = read("note");
  REQUIRE(line.has_value());
  CHECK(line->row == nullptr);
  CHECK(line->group == "note");
  CHECK(read("note write --help")->options.help);
  CHECK(read("note --help")->options.help);
}

TEST_CASE("a line that is wrong still says how to complain about it") {
  const std::vector<std::string> words = {"nonsense", "--json", "--lang=da"};
  CHECK(guess_options(words).json);
  CHECK(guess_options(words).language == "da");
}

}  // namespace
}  // namespace feltbog::cli
