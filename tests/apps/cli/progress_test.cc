// SPDX-License-Identifier: Apache-2.0
// Progress lines.
#include "apps/cli/progress.h"

#include <doctest/doctest.h>

namespace feltbog::cli {
namespace {

TEST_CASE("progress is a bar while the whole is known, and words otherwise") {
  Value body;
  body["phase"] = "receiving";
  body["runs_received"] = 60;
  body["runs_expected"] = 120;
  CHECK(progress_line(body, Language::danish, 0) == "Modtager [##########..........] 60/120");
  CHECK(progress_line(body, Language::danish, 12) == "Modtager [#…");
  Value waiting;
  waiting["phase"] = "waiting";
  waiting["retry_milliseconds"] = 1500;
  CHECK(progress_line(waiting, Language::english, 0) == "Waiting to try again: 2 seconds");
  CHECK(progress_line({}, Language::english, 0) == "Connecting");
}

TEST_CASE("numbers that make no sense do not break the bar") {
  Value body;
  body["bytes_done"] = INT64_MAX;
  body["bytes_whole"] = INT64_MAX;
  CHECK(progress_line(body, Language::english, 0).find('[') != std::string::npos);
  body["bytes_whole"] = 10;
  CHECK(progress_line(body, Language::english, 0) == "Copying [####################] 10/10");
  body["bytes_done"] = -5;
  CHECK(progress_line(body, Language::english, 0) == "Copying [....................] 0/10");
}

}  // namespace
}  // namespace feltbog::cli
