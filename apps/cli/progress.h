// SPDX-License-Identifier: Apache-2.0
// A line that shows how far long work has come; nothing when the output is no terminal.
#pragma once

#include <cstdio>
#include <string>

#include "apps/cli/catalogue.h"
#include "apps/cli/terminal.h"

namespace feltbog::cli {

// "Receiving  [#####.....]  120/240": for tests too.
std::string progress_line(const Value& body, Language language, std::size_t width);

class ProgressLine {
 public:
  ProgressLine(std::FILE* stream, const Terminal& terminal, Language language)
      : stream_(stream), terminal_(terminal), language_(language) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // The body of a progress reply (docs/command-line.md).
  void show(const Value& body);
  void clear();

 private:
  std::FILE* stream_;
  const Terminal& terminal_;
  Language language_;
  bool shown_ = false;
};

}  // namespace feltbog::cli
