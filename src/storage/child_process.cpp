#include "storage/child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

extern char** environ;

namespace securestack {
namespace {

constexpr std::size_t longest_output = 256 * 1024;
constexpr int look_every_millis = 200;
constexpr int patience_looks = 25;  // with one that was told to end

void require(int error, char const* what) {
    if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// Both ends close with the object.
class Pipe {
  public:
    Pipe() { require(::pipe2(ends_.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe"); }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(Pipe const&) = delete;
    Pipe& operator=(Pipe const&) = delete;

    int reading() const { return ends_[0]; }
    int writing() const { return ends_[1]; }
    void close_end(std::size_t end) {
        if (ends_[end] >= 0) ::close(ends_[end]);
        ends_[end] = -1;
    }
    // Appends what has come; closes at the end.
    void read_into(std::string& text) {
        std::array<char, 16 * 1024> chunk;
        auto const count = ::read(ends_[0], chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) return;
        if (count <= 0) return close_end(0);
        text.append(chunk.data(), static_cast<std::size_t>(count));
        if (text.size() > 2 * longest_output) text.erase(0, text.size() - longest_output);
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

std::vector<std::string> environment_of(ChildProcess const& child) {
    std::vector<std::string> all;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        std::string_view const text = *variable;
        auto const name = text.substr(0, text.find('='));
        bool overridden = false;
        for (auto const& [own, value] : child.environment) overridden = overridden || own == name;
        if (!overridden) all.emplace_back(text);
    }
    for (auto const& [name, value] : child.environment) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// The server blocks and ignores signals that the child must heed.
class Attributes {
  public:
    Attributes() {
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigemptyset(&none);
        sigset_t restored;
        sigfillset(&restored);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &restored);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    Attributes(Attributes const&) = delete;
    Attributes& operator=(Attributes const&) = delete;
    posix_spawnattr_t* get() { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

class Actions {
  public:
    Actions(int output, int errors) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    }
    ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
    Actions(Actions const&) = delete;
    Actions& operator=(Actions const&) = delete;
    posix_spawn_file_actions_t* get() { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

// Until both pipes have ended.
void follow(pid_t process, Pipe& output, Pipe& errors, ChildOutcome& outcome,
            std::function<bool()> const& keep_going) {
    int looks_since_told = 0;
    while (output.reading() >= 0 || errors.reading() >= 0) {
        std::array<pollfd, 2> waited{pollfd{output.reading(), POLLIN, 0}, {errors.reading(), POLLIN, 0}};
        auto const ready = ::poll(waited.data(), waited.size(), look_every_millis);
        if (ready > 0 && waited[0].revents != 0) output.read_into(outcome.output);
        if (ready > 0 && waited[1].revents != 0) errors.read_into(outcome.errors);
        if (looks_since_told == 0 && keep_going()) continue;
        if (looks_since_told++ == 0) ::kill(process, SIGTERM);
        if (looks_since_told > patience_looks) ::kill(process, SIGKILL);
    }
}

}  // namespace

ChildOutcome run_child(ChildProcess const& child, std::function<bool()> const& keep_going) {
    Pipe output;
    Pipe errors;
    Actions actions{output.writing(), errors.writing()};
    Attributes attributes;
    auto words = child.words;
    auto variables = environment_of(child);
    auto const argv = pointers(words);
    auto const envp = pointers(variables);
    ChildOutcome outcome;
    pid_t process = 0;
    auto const error =
        ::posix_spawnp(&process, argv[0], actions.get(), attributes.get(), argv.data(), envp.data());
    if (error == ENOENT) {
        outcome.found = false;
        return outcome;
    }
    require(error, "posix_spawn");
    output.close_end(1);
    errors.close_end(1);
    follow(process, output, errors, outcome, keep_going);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
    return outcome;
}

}  // namespace securestack
