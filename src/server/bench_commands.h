#pragma once

namespace CLI {
class App;
}

namespace stentor::server {

// `replay` and `bench`. `code` becomes the exit code of the one that ran.
void add_bench_commands(CLI::App& app, int& code);

}  // namespace stentor::server
