// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/child_scan.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace feltbog::crash {

std::string findings_of(const std::function<void(MemoryScan&)>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    MemoryScan scan;
    work(scan);
    std::string out = "looked\n";
    for (const auto& finding : scan.run()) {
      out += finding.name + " in " + finding.region + ", " + std::to_string(finding.count) +
             " times\n";
    }
    const bool written = ::write(ends[1], out.data(), out.size()) >= 0;
    ::_exit(written ? 0 : 1);
  }
  ::close(ends[1]);
  std::string out;
  std::array<char, 4096> part;
  for (ssize_t size = 0; (size = ::read(ends[0], part.data(), part.size())) > 0;) {
    out.append(part.data(), static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0) out += "ended with " + std::to_string(status) + "\n";
  return out;
}

}  // namespace feltbog::crash
