// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/progress.h"

#include <algorithm>

#include "apps/cli/text_width.h"

namespace feltbog::cli {
namespace {

constexpr std::int64_t kBarColumns = 20;

struct Step {
  std::string text;
  std::int64_t done = 0;
  std::int64_t whole = 0;
};

Step step_of(const Value& body, Language language) {
  const auto number = [&body](std::string_view field) { return body[field].integer_or(0); };
  const auto text = [language](Phrase phrase) { return std::string(say(language, phrase)); };
  if (!body["bytes_whole"].is_null()) {
    return {text(Phrase::copying), number("bytes_done"), number("bytes_whole")};
  }
  const std::string phase = body["phase"].text_or("");
  if (phase == "receiving") {
    return {text(Phrase::receiving), number("runs_received"), number("runs_expected")};
  }
  if (phase == "sending")
    return {text(Phrase::sending), number("runs_sent"), number("runs_to_send")};
  if (phase == "chunks") {
    return {text(Phrase::chunks) + " " +
                std::to_string(number("chunks_sent") + number("chunks_received")),
            0, 0};
  }
  if (phase == "live") return {text(Phrase::live), 0, 0};
  if (phase == "waiting") {
    const std::int64_t seconds = (number("retry_milliseconds") + 999) / 1000;
    return {
        text(Phrase::waiting) + ": " + std::to_string(seconds) + " " + text(Phrase::seconds_left),
        0, 0};
  }
  return {text(Phrase::connecting), 0, 0};
}

}  // namespace

std::string progress_line(const Value& body, Language language, std::size_t width) {
  const Step step = step_of(body, language);
  std::string out = step.text;
  if (step.whole > 0) {
    const std::int64_t done = std::clamp<std::int64_t>(step.done, 0, step.whole);
    // Divided first where the product could overflow.
    const std::int64_t filled =
        step.whole > INT64_MAX / kBarColumns ? 0 : done * kBarColumns / step.whole;
    out += " [" + std::string(static_cast<std::size_t>(filled), '#') +
           std::string(static_cast<std::size_t>(kBarColumns - filled), '.') + "] " +
           std::to_string(done) + "/" + std::to_string(step.whole);
  }
  return width > 0 ? cut_to_width(out, width) : out;
}

void ProgressLine::show(const Value& body) {
  if (!terminal_.is_terminal) return;
  const std::string line = progress_line(body, language_, terminal_.width - 1);
  std::fprintf(stream_, "\r\x1b[K%s", line.c_str());
  std::fflush(stream_);
  shown_ = true;
}

void ProgressLine::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stream_);
  std::fflush(stream_);
  shown_ = false;
}

}  // namespace feltbog::cli
