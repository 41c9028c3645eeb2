// SPDX-License-Identifier: Apache-2.0
// feltbog-demo: plays a day of field work with real processes and says whether all held.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "apps/demo/report.h"

namespace feltbog::demo {
namespace {

constexpr std::string_view kUsage =
    "usage: feltbog-demo [--keep] [--folder DIR] [--second-first] [--kills N] [--seed S]\n"
    "  --keep          leave the server and the devices as they are, with the commands to look "
    "around\n"
    "  --folder DIR    where everything goes (default: a fresh folder in the temporary one)\n"
    "  --second-first  the other phone reconnects first\n"
    "  --kills N       kill -9 of the server or a client at N points of the day's second half\n"
    "  --seed S        which points\n"
    "example: feltbog-demo --kills 10 --seed 3\n";

struct Arguments {
  DayOptions day;
  bool keep = false;
};

// False when the line makes no sense.
bool read_arguments(const std::vector<std::string>& words, Arguments& out) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool has_value = i + 1 < words.size();
    if (word == "--keep") {
      out.keep = true;
    } else if (word == "--second-first") {
      out.day.second_worker_first = true;
    } else if (word == "--folder" && has_value) {
      out.day.folder = words[++i];
    } else if (word == "--kills" && has_value) {
      out.day.kills = static_cast<int>(std::strtol(words[++i].c_str(), nullptr, 10));
    } else if (word == "--seed" && has_value) {
      out.day.seed = std::strtoull(words[++i].c_str(), nullptr, 10);
    } else {
      return false;
    }
  }
  return true;
}

std::string fresh_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "feltbog-demo-XXXXXX").string();
  return ::mkdtemp(pattern.data()) != nullptr ? pattern : std::string();
}

void explain_keep(const Day& day, const Arguments& arguments) {
  std::printf("\nLeft running: the server on port %d, and in %s:\n", day.office().port(),
              arguments.day.folder.c_str());
  for (const auto& [id, device] : day.devices()) {
    std::printf("  %s --dir %s --passphrase-file %s case show %s\n",
                arguments.day.programs.client.c_str(), device.data().c_str(),
                (arguments.day.folder + "/" + id + "/passphrase").c_str(),
                day.shared_file().c_str());
  }
  std::printf("Try also: due, note list %s, conflicts list, search bus, status, sync.\n",
              day.shared_file().c_str());
}

int run(const std::vector<std::string>& words) {
  Arguments arguments;
  if (!read_arguments(words, arguments)) {
    std::fputs(kUsage.data(), stderr);
    return 2;
  }
  std::error_code failure;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failure);
  arguments.day.programs = {self.parent_path() / "feltbog", self.parent_path() / "feltbogd"};
  arguments.day.source = FELTBOG_SOURCE_DIR;
  if (arguments.day.folder.empty()) arguments.day.folder = fresh_folder();
  std::filesystem::create_directories(arguments.day.folder, failure);
  arguments.day.folder = std::filesystem::absolute(arguments.day.folder, failure).string();

  Day day(arguments.day, [](const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  });
  const auto result = day.play();
  if (!result) {
    std::fprintf(stderr, "feltbog-demo: the day stopped: %s %s\n",
                 std::string(error_name(result.error().code)).c_str(),
                 result.error().detail.c_str());
    std::fprintf(stderr, "What is there is kept in %s\n", arguments.day.folder.c_str());
    day.close();
    return 1;
  }
  const bool holds = print_report(result.value(), day);
  if (arguments.keep) {
    day.leave_running();
    explain_keep(day, arguments);
  } else {
    day.close();
    if (holds) std::filesystem::remove_all(arguments.day.folder, failure);
  }
  if (!holds && !arguments.keep) std::printf("Kept for a look: %s\n", arguments.day.folder.c_str());
  return holds ? 0 : 1;
}

}  // namespace
}  // namespace feltbog::demo

int main(int argc, char** argv) {
  return feltbog::demo::run(std::vector<std::string>(argv + 1, argv + argc));
}
