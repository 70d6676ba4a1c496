// stentor: the commands of server/command_line.h; `stentor help` lists them.

#include "server/cli/command_line.h"

int main(int argc, char** argv) { return stentor::server::run(argc, argv); }
