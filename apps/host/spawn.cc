// SPDX-License-Identifier: Apache-2.0
#include "apps/host/spawn.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "apps/host/ready_pipe.h"

namespace feltbog::host {
namespace {

constexpr int kReadyMilliseconds = 15'000;
// Where the owner finds the write end of the pipe.
constexpr int kReadyDescriptor = 3;
constexpr int kOutOfTheWay = 16;
constexpr int kDescriptorsMax = 4096;

Error failed(const char* call) {
  return {ErrorCode::io_error, std::string(call) + " errno " + std::to_string(errno)};
}

// In the child: only what is safe between fork and exec. Never returns.
[[noreturn]] void become_owner(char* const* arguments, int ready, int nothing) {
  ::setsid();
  // A second fork, so that the owner is nobody's child and can never take a terminal.
  const pid_t child = ::fork();
  if (child != 0) ::_exit(child < 0 ? 1 : 0);
  // Out of the way first: a starter without standard streams may have got their numbers.
  const int high_ready = ::fcntl(ready, F_DUPFD, kOutOfTheWay);
  const int high_nothing = ::fcntl(nothing, F_DUPFD, kOutOfTheWay);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::dup2(high_nothing, stream);
  ::dup2(high_ready, kReadyDescriptor);
  for (int open = kReadyDescriptor + 1; open < kDescriptorsMax; ++open) ::close(open);
  if (::chdir("/") != 0) ::_exit(1);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

// The path behind a link to the running program, so that lists of processes show what it is. A
// program that was replaced meanwhile has no path any more, and its link still starts it.
std::string program_of(const OwnerStart& start) {
  std::error_code failure;
  const std::string path = std::filesystem::read_symlink(start.program, failure).string();
  return !failure && path.starts_with('/') && std::filesystem::exists(path, failure)
             ? path
             : start.program;
}

std::vector<std::string> arguments_of(const DataDirectory& directory, const OwnerStart& start) {
  return {program_of(start), "owner",
          "--dir",           directory.path(),
          "--lock-after",    std::to_string(start.idle.lock_milliseconds),
          "--leave-after",   std::to_string(start.idle.leave_milliseconds),
          "--unlock-time",   std::to_string(start.unlock_milliseconds),
          "--ready",         std::to_string(kReadyDescriptor)};
}

}  // namespace

Result<void> spawn_owner(const DataDirectory& directory, const OwnerStart& start) {
  std::vector<std::string> words = arguments_of(directory, start);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("pipe");
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t child = nothing < 0 ? -1 : ::fork();
  if (child == 0) become_owner(arguments.data(), ends[1], nothing);
  const Error error = failed("fork");
  if (nothing >= 0) ::close(nothing);
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    return error;
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  auto ready = await_ready(ends[0], kReadyMilliseconds);
  ::close(ends[0]);
  return ready;
}

}  // namespace feltbog::host
