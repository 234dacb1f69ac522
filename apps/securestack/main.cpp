#include "app/cli.hpp"

int main(int argc, char** argv) {
    return securestack::run_command_line(argc, argv);
}
