// stentor: serve | replay | bench | version

#include "server/command_line.h"

int main(int argc, char** argv) { return stentor::server::run(argc, argv); }
