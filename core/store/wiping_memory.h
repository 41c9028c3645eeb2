// SPDX-License-Identifier: Apache-2.0
// SQLite's memory, wiped when it is given back. SQLite keeps pages, rows and search terms in the
// clear while a database is open; without this they would stay in freed memory after it is closed.
#pragma once

namespace feltbog::store {

// Makes SQLite wipe whatever it frees, from now on and for the whole process. To be called once,
// before anything in the process uses SQLite; later calls change nothing. False when it came too
// late: SQLite works, but what it frees stays readable in this process's memory.
bool wipe_freed_sqlite_memory();

}  // namespace feltbog::store
