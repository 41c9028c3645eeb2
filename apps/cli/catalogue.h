// SPDX-License-Identifier: Apache-2.0
// The command line's own words in Danish and English. Words of commands stand in the command table,
// words of errors in error_message.h.
#pragma once

#include <string>
#include <string_view>

#include "core/casework/text.h"
#include "core/workspace/command.h"

namespace feltbog::cli {

using casework::Language;

enum class Phrase {
#define FELTBOG_PHRASE(name, english, danish) name,
#include "apps/cli/phrases.inc"
#undef FELTBOG_PHRASE
};

std::string_view say(Language language, Phrase phrase);
std::string_view say(Language language, const workspace::Words& words);

// What a field of a result is called: "signed_by" is "Signed by" or "Underskrevet af". A name that
// is not in the list is shown as it is, with spaces.
std::string label_of(Language language, std::string_view field);
// A word of the data model in a field that holds such words: "overdue" is "overskredet". Any other
// text comes back unchanged.
std::string_view word_of(Language language, std::string_view field, std::string_view word);

// By the value of --lang ("da", "en" or empty), else by the locale's name as LC_ALL or LANG give
// it.
Language language_from(std::string_view option, std::string_view locale);

}  // namespace feltbog::cli
