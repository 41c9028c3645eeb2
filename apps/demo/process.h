// SPDX-License-Identifier: Apache-2.0
// Running other programs: to the end, or in the background.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace feltbog::demo {

struct Outcome {
  int status = 0;  // the exit status; 128 + signal when killed
  std::string out;
  std::string err;
  std::int64_t milliseconds = 0;
};

// A running program. Killed when destroyed, unless released.
class Process {
 public:
  // `arguments` begins with the program's path. Output goes to two pipes, or to the file if one is
  // named. A program that cannot be started ends with status 127.
  static Process start(const std::vector<std::string>& arguments,
                       const std::string& output_file = {});
  Process() = default;
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  // Reads all output and waits for the end.
  Outcome finish();
  // Sends SIGKILL and waits.
  void kill();
  // Sends SIGTERM and waits.
  void stop();
  // Leaves it running.
  void release() { pid_ = -1; }

 private:
  int wait();
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::int64_t started_ = 0;
};

// A port of the loopback interface that nobody listens on just now.
int free_port();
// The process that runs `program command` with `argument` among its arguments; 0 when there is
// none.
pid_t find_process(const std::string& program, const std::string& command,
                   const std::string& argument);
void kill_process(pid_t process);
void pause_milliseconds(int milliseconds);
std::int64_t milliseconds_now();

}  // namespace feltbog::demo
