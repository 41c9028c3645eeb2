// SPDX-License-Identifier: Apache-2.0
// Every word in both languages.
#include "apps/cli/catalogue.h"

#include <doctest/doctest.h>

#include <set>

#include "apps/cli/commands.h"
#include "apps/cli/error_message.h"
#include "core/base/utf8.h"

namespace feltbog::cli {
namespace {

TEST_CASE("every phrase is there in Danish and English") {
  int count = 0;
#define FELTBOG_PHRASE(name, in_english, in_danish)          \
  CHECK(say(Language::english, Phrase::name) == in_english); \
  CHECK_FALSE(say(Language::english, Phrase::name).empty()); \
  CHECK_FALSE(say(Language::danish, Phrase::name).empty());  \
  CHECK(is_utf8(say(Language::danish, Phrase::name)));       \
  ++count;
#include "apps/cli/phrases.inc"
#undef FELTBOG_PHRASE
  CHECK(count > 30);
}

TEST_CASE("every error has a Danish sentence of its own") {
  std::set<std::string_view> seen;
#define FELTBOG_ERROR(name, number, exit_status, text)                         \
  {                                                                            \
    const auto danish = danish_error_text(ErrorCode::name);                    \
    CHECK_MESSAGE(danish.has_value(), #name);                                  \
    if (danish.has_value()) CHECK_MESSAGE(seen.insert(*danish).second, #name); \
    CHECK(exit_status > 0);                                                    \
  }
#include "core/base/error_codes.inc"
#undef FELTBOG_ERROR
}

TEST_CASE("every command, parameter and column speaks both languages") {
  for (const auto* row : all_commands()) {
    CAPTURE(row->name);
    CHECK_FALSE(row->summary.english.empty());
    CHECK_FALSE(row->summary.danish.empty());
    for (const auto& parameter : row->parameters) {
      CHECK_FALSE(parameter.help.english.empty());
      CHECK_FALSE(parameter.help.danish.empty());
    }
    for (const auto& column : row->columns) {
      CHECK_FALSE(column.title.english.empty());
      CHECK_FALSE(column.title.danish.empty());
    }
  }
}

TEST_CASE("the language follows the option, then the locale") {
  CHECK(language_from("", "da_DK.UTF-8") == Language::danish);
  CHECK(language_from("", "C") == Language::english);
  CHECK(language_from("en", "da_DK.UTF-8") == Language::english);
  CHECK(language_from("da", "") == Language::danish);
}

TEST_CASE("a field nobody has named is shown by its own name") {
  CHECK(label_of(Language::danish, "signed_by") == "Underskrevet af");
  CHECK(label_of(Language::danish, "brand_new_field") == "Brand new field");
  CHECK(word_of(Language::danish, "status", "overdue") == "overskredet");
  CHECK(word_of(Language::danish, "title", "overdue") == "overdue");
}

TEST_CASE("an error as JSON carries everything a script needs") {
  const Value out = error_json(Language::danish, {ErrorCode::invite_used, "invite"});
  CHECK(out["error"]["name"] == Value("invite_used"));
  CHECK(out["error"]["code"] == Value(103));
  CHECK(out["error"]["exit_status"] == Value(43));
  CHECK(out["error"]["message"].text_or("").find("Bed om en ny") != std::string::npos);
}

}  // namespace
}  // namespace feltbog::cli
