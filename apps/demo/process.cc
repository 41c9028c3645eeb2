// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/base/platform/system_clock.h"

namespace feltbog::demo {
namespace {

[[noreturn]] void become(const std::vector<std::string>& arguments, int out, int err) {
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  std::vector<char*> values;
  for (const std::string& argument : arguments)
    values.push_back(const_cast<char*>(argument.c_str()));
  values.push_back(nullptr);
  ::execv(values[0], values.data());
  ::_exit(127);
}

void drain(int descriptor, std::string& into, bool& open) {
  std::array<char, 16384> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(count));
  } else {
    open = false;
  }
}

}  // namespace

std::int64_t milliseconds_now() { return SystemClock().instant().milliseconds; }

void kill_process(pid_t process) { ::kill(process, SIGKILL); }

void pause_milliseconds(int milliseconds) {
  const timespec pause{milliseconds / 1000, (milliseconds % 1000) * 1'000'000L};
  ::nanosleep(&pause, nullptr);
}

Process::Process(Process&& other) noexcept { *this = std::move(other); }

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(out_, other.out_);
  std::swap(err_, other.err_);
  std::swap(started_, other.started_);
  return *this;
}

Process::~Process() {
  if (running()) kill();
  if (out_ >= 0) ::close(out_);
  if (err_ >= 0) ::close(err_);
}

Process Process::start(const std::vector<std::string>& arguments, const std::string& output_file) {
  Process process;
  process.started_ = milliseconds_now();
  int out[2] = {-1, -1};
  int err[2] = {-1, -1};
  if (output_file.empty()) {
    if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) std::abort();
  } else {
    out[1] = err[1] = ::open(output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  process.pid_ = ::fork();
  if (process.pid_ == 0) become(arguments, out[1], err[1]);
  ::close(out[1]);
  if (err[1] != out[1]) ::close(err[1]);
  process.out_ = out[0];
  process.err_ = err[0];
  return process;
}

int Process::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Outcome Process::finish() {
  Outcome outcome;
  bool out_open = out_ >= 0;
  bool err_open = err_ >= 0;
  while (out_open || err_open) {
    pollfd waits[2] = {{out_open ? out_ : -1, POLLIN, 0}, {err_open ? err_ : -1, POLLIN, 0}};
    ::poll(waits, 2, -1);
    if (waits[0].revents != 0) drain(out_, outcome.out, out_open);
    if (waits[1].revents != 0) drain(err_, outcome.err, err_open);
  }
  outcome.status = wait();
  outcome.milliseconds = milliseconds_now() - started_;
  return outcome;
}

void Process::kill() {
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  wait();
}

void Process::stop() {
  if (!running()) return;
  ::kill(pid_, SIGTERM);
  wait();
}

int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  const bool bound = ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                     ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  ::close(descriptor);
  if (!bound) return 0;
  return ntohs(address.sin_port);
}

pid_t find_process(const std::string& program, const std::string& command,
                   const std::string& argument) {
  const std::string begin = program + '\0' + command + '\0';
  const std::string part = '\0' + argument + '\0';
  std::error_code failure;
  for (std::filesystem::directory_iterator at("/proc", failure), end; !failure && at != end;
       at.increment(failure)) {
    const std::string name = at->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(at->path() / "cmdline", std::ios::binary);
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (line.starts_with(begin) && line.find(part) != std::string::npos) {
      return static_cast<pid_t>(std::stol(name));
    }
  }
  return 0;
}

}  // namespace feltbog::demo
