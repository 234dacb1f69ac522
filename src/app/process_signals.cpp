#include "app/process_signals.hpp"

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace securestack {
namespace {

sigset_t set_of(std::initializer_list<int> members) {
    sigset_t signals;
    sigemptyset(&signals);
    for (int const signal : members) sigaddset(&signals, signal);
    return signals;
}

sigset_t answered_signals() {
    return set_of({SIGTERM, SIGINT, SIGHUP, SIGUSR1});
}

int await(sigset_t const& signals) {
    int signal = 0;
    while (sigwait(&signals, &signal) != 0) {
    }
    return signal;
}

}  // namespace

ProcessSignals::ProcessSignals() : on_terminal_(isatty(STDIN_FILENO) == 1) {
    std::signal(SIGPIPE, SIG_IGN);
    auto const signals = answered_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

ProcessSignal ProcessSignals::wait() {
    auto const signal = await(answered_signals());
    if (signal == SIGUSR1) return ProcessSignal::drained;
    auto const terminal_gone = on_terminal_ && isatty(STDIN_FILENO) == 0;
    return signal == SIGHUP && !terminal_gone ? ProcessSignal::reload : ProcessSignal::stop;
}

void ProcessSignals::post_drained() {
    kill(getpid(), SIGUSR1);
}

// SIGUSR1, sent to this thread alone, is its end.
StopWatch::StopWatch(std::function<void()> stopped)
    : thread_([stopped = std::move(stopped)] {
          if (await(set_of({SIGTERM, SIGINT, SIGUSR1})) != SIGUSR1) stopped();
      }) {}

StopWatch::~StopWatch() {
    pthread_kill(thread_.native_handle(), SIGUSR1);
}

void notify_service_manager(char const* state) {
    // Only read here, while no thread changes the environment.
    char const* const path = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe)
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path == nullptr || std::strlen(path) >= sizeof(address.sun_path)) return;
    std::string_view const name = path;
    name.copy(address.sun_path, name.size());
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    int const socket_file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_file < 0) return;
    auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    static_cast<void>(!sendto(socket_file, state, std::strlen(state), MSG_NOSIGNAL,
                              reinterpret_cast<sockaddr const*>(&address), length));
    close(socket_file);
}

}  // namespace securestack
