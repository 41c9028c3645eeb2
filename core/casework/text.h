// SPDX-License-Identifier: Apache-2.0
// A text in the two languages everything shown to people has.
#pragma once

#include <string>

namespace feltbog::casework {

enum class Language { danish, english };

struct Text {
  std::string da;
  std::string en;

  const std::string& in(Language language) const { return language == Language::danish ? da : en; }
  friend bool operator==(const Text&, const Text&) = default;
};

}  // namespace feltbog::casework
