// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/catalogue.h"

#include <algorithm>

namespace feltbog::cli {
namespace {

using workspace::Words;

constexpr Words kPhrases[] = {
#define FELTBOG_PHRASE(name, english, danish) {english, danish},
#include "apps/cli/phrases.inc"
#undef FELTBOG_PHRASE
};

struct Label {
  std::string_view field;
  Words words;
};
struct Word {
  std::string_view field;
  std::string_view word;
  Words words;
};

constexpr Label kLabels[] = {
#define FELTBOG_LABEL(field, english, danish) {field, {english, danish}},
#define FELTBOG_WORD(field, word, english, danish)
#include "apps/cli/labels.inc"
#undef FELTBOG_LABEL
#undef FELTBOG_WORD
};

constexpr Word kWords[] = {
#define FELTBOG_LABEL(field, english, danish)
#define FELTBOG_WORD(field, word, english, danish) {field, word, {english, danish}},
#include "apps/cli/labels.inc"
#undef FELTBOG_LABEL
#undef FELTBOG_WORD
};

}  // namespace

std::string_view say(Language language, const Words& words) {
  return language == Language::danish ? words.danish : words.english;
}

std::string_view say(Language language, Phrase phrase) {
  return say(language, kPhrases[static_cast<std::size_t>(phrase)]);
}

std::string label_of(Language language, std::string_view field) {
  for (const Label& label : kLabels) {
    if (label.field == field) return std::string(say(language, label.words));
  }
  std::string out(field);
  std::replace(out.begin(), out.end(), '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string_view word_of(Language language, std::string_view field, std::string_view word) {
  for (const Word& known : kWords) {
    if (known.field == field && known.word == word) return say(language, known.words);
  }
  return word;
}

Language language_from(std::string_view option, std::string_view locale) {
  const std::string_view deciding = option.empty() ? locale : option;
  return deciding.starts_with("da") ? Language::danish : Language::english;
}

}  // namespace feltbog::cli
