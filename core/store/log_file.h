// SPDX-License-Identifier: Apache-2.0
// SQLite's write-ahead log: a prefix of ours, SQLite's header, and sealed frames.
#pragma once

#include <memory>

#include "core/store/vfs_file.h"
#include "core/store/write_run.h"

namespace feltbog::store {

class LogFile final : public VfsFile {
 public:
  // Error: corrupt, when the file is the log of another database.
  static Result<std::unique_ptr<LogFile>> open(VfsState& state);
  ~LogFile() override;

  // What SQLite reads, and what a frame that does not authenticate means there:
  //   a whole frame: recovery looks for the end of the log. Zeros: this is the end, as after a
  //   power
  //     cut. Unless a durable commit stands behind it: then bytes were changed, and it is an error.
  //   the page or the checksum of a frame: the frame was committed or written by us. An error.
  // The header in the clear, and nothing else.
  int read(std::uint64_t offset, std::span<std::uint8_t> out) override;
  // The header; a frame's header, kept until its page follows and then gathered with it and the
  // neighbouring frames, which are written at the latest with the frame that ends the transaction;
  // a page alone or a header alone, with which SQLite changes a frame it wrote ahead of a commit.
  int write(std::uint64_t offset, BytesView bytes) override;
  int truncate(std::uint64_t size) override;
  int sync() override;
  int size(std::uint64_t& out) override;

 private:
  using Frame = std::array<std::uint8_t, kFrameSize>;
  LogFile(VfsState& state, std::unique_ptr<File> file);

  int read_header(std::uint64_t offset, std::span<std::uint8_t> out);
  int write_header(BytesView header);
  int read_whole_frame(std::uint64_t index, std::span<std::uint8_t> out);
  int read_within_frame(std::uint64_t index, std::size_t at, std::span<std::uint8_t> out);
  int write_page(std::uint64_t index, BytesView page);
  // Joins the header held back and its page.
  int gather(std::uint64_t index, BytesView page);
  // Seals and writes the frames gathered. After an error they are gone, and with them the
  // transaction they belong to.
  int write_run();
  // Writes what was gathered, and the header held back for a frame whose page did not follow.
  int settle();
  // Keeps a header until its page follows, or corrects that of a frame written ahead of a commit.
  int hold(std::uint64_t index, BytesView header);
  // Puts the header held back into its frame, if that is there; keeps it otherwise.
  int correct_header();
  int seal_and_write(std::uint64_t index);
  // Reads and opens a frame into scratch_. False: it is not there or does not authenticate.
  Result<bool> load(std::uint64_t index);

  VfsState& state_;
  std::unique_ptr<File> file_;
  Frame scratch_{};
  WriteRun<kFrameSize> run_;
  std::array<std::uint8_t, kFrameHeaderSize> held_header_{};
  std::optional<std::uint64_t> held_index_;
  std::optional<std::uint64_t> whole_read_;  // the frame read by the last call, if that read one
  bool entry_durable_ = false;               // the folder was synced since the file was opened
};

}  // namespace feltbog::store
