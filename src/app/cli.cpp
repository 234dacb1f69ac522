#include "app/cli.hpp"

#include <iostream>
#include <sys/stat.h>

#include <fmt/format.h>

#include "app/application.hpp"
#include "app/backup_commands.hpp"
#include "app/build_info.hpp"
#include "app/command_tree.hpp"
#include "app/commands.hpp"
#include "app/serve.hpp"

namespace securestack {
namespace {

// All commands, and what their flags say.
class CommandLine {
  public:
    CommandLine() {
        add_serve();
        add_migrate();
        add_backup();
        add_restore();
        add_user();
        add_keys();
        add_information();
    }

    int run(int argc, char const* const* argv) { return tree_.run(argc, argv); }

  private:
    using Command = CommandTree::Command;

    void add_json(Command* command) { command->add_flag("--json", json_, "Print JSON"); }

    void add_password(Command* command) {
        command->add_flag("--password-stdin", password_stdin_,
                          "Read the password from the first line of standard input instead of asking");
    }

    void add_name(Command* command) {
        command->add_option("username", name_, "The account's username")->required();
    }

    PasswordFrom password_from() const {
        return password_stdin_ ? PasswordFrom::standard_input : PasswordFrom::prompt;
    }

    void add_serve() {
        auto* command =
            tree_.add(nullptr,
                      {"serve", "Serve the API",
                       "securestack serve --data-dir data\n"
                       "  securestack serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem\n"
                       "  SECURESTACK_DATABASE=postgres://app@db/securestack securestack serve"},
                      SettingFlags::all, [this](Settings const& settings) {
                          serve(settings, {.migrate = !no_migrate_});
                          return done;
                      });
        command->add_flag("--no-migrate", no_migrate_, "Refuse to start when the database's schema is older");
    }

    void add_migrate() {
        add_json(tree_.add(
            nullptr,
            {"migrate", "Bring the database to this program's schema", "securestack migrate --data-dir data"},
            SettingFlags::offline,
            [this](Settings const& settings) { return run_migrate(settings, json_); }));
    }

    void add_backup() {
        auto* command = tree_.add(
            nullptr,
            {"backup", "Copy the database into a file, beside a running server",
             "securestack backup /mnt/backup/securestack.tar\n"
             "  securestack backup - | ssh vault 'cat > securestack.tar'\n"
             "  securestack backup --with-master-key --force everything.tar"},
            SettingFlags::offline, [this](Settings const& settings) {
                return back_up(
                    settings,
                    {.file = file_, .force = force_, .with_master_key = with_master_key_, .json = json_});
            });
        command->add_option("file", file_, "Where to write it; - is standard output")->required();
        command->add_flag("--force", force_, "Overwrite the file when it exists");
        command->add_flag("--with-master-key", with_master_key_,
                          "Put the master key in, too: whoever has the file can then read all secrets");
        add_json(command);
    }

    void add_restore() {
        auto* command = tree_.add(
            nullptr,
            {"restore", "Fill an empty database from a backup; stop the server first",
             "securestack restore securestack.tar --data-dir data\n"
             "  SECURESTACK_DATABASE=postgres://app@db/fresh securestack restore securestack.tar"},
            SettingFlags::offline,
            [this](Settings const& settings) { return restore(settings, {.file = file_, .json = json_}); });
        command->add_option("file", file_, "What `securestack backup` wrote; - is standard input")
            ->required();
        add_json(command);
    }

    void add_user() {
        auto* group =
            tree_.add_group({"user", "Accounts", "securestack user create --admin --username alice"});
        add_user_create(group);
        add_json(tree_.add(group, {"list", "List the accounts", "securestack user list --json"},
                           SettingFlags::offline,
                           [this](Settings const& settings) { return list_users(settings, json_); }));
        add_user_switch(group, "disable", "End an account's sessions and refuse its logins", true);
        add_user_switch(group, "enable", "Let an account log in again", false);
        add_user_set_role(group);
        add_user_set_password(group);
    }

    void add_user_create(Command* group) {
        auto* create = tree_.add(group,
                                 {"create", "Make an account",
                                  "securestack user create --admin --username alice\n"
                                  "  securestack user create --username ci --password-stdin < password.txt"},
                                 SettingFlags::offline, [this](Settings const& settings) {
                                     new_user_.password = password_from();
                                     return create_user(settings, new_user_, json_);
                                 });
        create->add_option("--username", new_user_.username, "3 to 254 characters; may be an e-mail address")
            ->required();
        auto* role = create->add_option("--role", new_user_.role, "user, auditor or admin [user]");
        auto const admin = [this] { new_user_.role = "admin"; };
        create->add_flag_callback("--admin", admin, "The same as --role admin")->excludes(role);
        create->add_option("--email", new_user_.email, "E-mail address");
        create->add_option("--display-name", new_user_.display_name, "How the name is shown");
        add_password(create);
        add_json(create);
    }

    void add_user_switch(Command* group, std::string const& verb, std::string const& help, bool disabled) {
        auto* command = tree_.add(group, {verb, help, fmt::format("securestack user {} bob", verb)},
                                  SettingFlags::offline, [this, disabled](Settings const& settings) {
                                      return set_user_disabled(settings, name_, disabled, json_);
                                  });
        add_name(command);
        add_json(command);
    }

    void add_user_set_role(Command* group) {
        auto* command = tree_.add(
            group, {"set-role", "Give an account another role", "securestack user set-role bob auditor"},
            SettingFlags::offline,
            [this](Settings const& settings) { return set_user_role(settings, name_, role_, json_); });
        add_name(command);
        command->add_option("role", role_, "user, auditor or admin")->required();
        add_json(command);
    }

    void add_user_set_password(Command* group) {
        auto* command = tree_.add(group,
                                  {"set-password", "Set an account's password and end its sessions",
                                   "securestack user set-password bob"},
                                  SettingFlags::offline, [this](Settings const& settings) {
                                      return set_user_password(settings, name_, password_from(), json_);
                                  });
        add_name(command);
        add_password(command);
        add_json(command);
    }

    void add_keys() {
        auto* group =
            tree_.add_group({"keys", "The keys that sign access tokens", "securestack keys rotate"});
        add_json(tree_.add(group, {"list", "List the keys", "securestack keys list"}, SettingFlags::offline,
                           [this](Settings const& settings) { return list_keys(settings, json_); }));
        tree_.add(group,
                  {"rotate",
                   "Publish a new key, which signs 150 seconds later; tokens of the old one stay good until "
                   "they expire",
                   "securestack keys rotate"},
                  SettingFlags::offline, rotate_keys);
        auto* recover =
            tree_.add(group,
                      {"recover",
                       "When the master key is lost for good: give up the signing keys that it sealed, "
                       "and make new ones; remove the second factors that it sealed, whose users log in with "
                       "the password alone until they enrol again",
                       "securestack keys recover --yes"},
                      SettingFlags::offline,
                      [this](Settings const& settings) { return recover_keys(settings, confirmed_); });
        recover->add_flag("--yes", confirmed_, "Do it");
    }

    void add_information() {
        tree_.add(nullptr,
                  {"permissions", "Print the table of who may call what",
                   "securestack permissions > permissions.md"},
                  [] { return print(product_permissions()); });
        tree_.add(nullptr, {"openapi", "Print the OpenAPI document", "securestack openapi > openapi.json"},
                  [] { return print(product_openapi()); });
        auto* config = tree_.add_group({"config", "The configuration", "securestack config show"});
        add_json(tree_.add_reporting(
            config,
            {"show", "Print every setting, its value and where that came from; secrets are masked",
             "securestack config show\n  SECURESTACK_LISTEN=0.0.0.0:80 securestack config show --json"},
            [this](Configuration const& found) { return print(show_configuration(found, json_)); }));
        add_json(tree_.add(
            nullptr,
            {"version", "Print the version, the build and its libraries", "securestack version --json"},
            [this] { return print(describe_build(json_)); }));
    }

    static int print(std::string const& text) {
        std::cout << text;
        return done;
    }

    CommandTree tree_{"SecureStack: the inventory of servers, who changed it, and the API to both.",
                      "Exit codes: 0 done, 1 it could not be done, 2 wrong usage or configuration.\n"
                      "Examples:\n"
                      "  securestack serve --data-dir data\n"
                      "  securestack user create --admin --username alice\n"
                      "  securestack COMMAND --help"};
    NewUserOptions new_user_;
    std::string name_;
    std::string file_;
    bool force_ = false;
    bool with_master_key_ = false;
    std::string role_;
    bool json_ = false;
    bool confirmed_ = false;
    bool password_stdin_ = false;
    bool no_migrate_ = false;
};

}  // namespace

int run_command_line(int argc, char const* const* argv) {
    // Databases, keys and sockets are for this user alone.
    umask(0077);
    auto const result = CommandLine{}.run(argc, argv);
    std::cout.flush();
    if (std::cout) return result;
    std::cerr << "securestack: standard output could not be written\n";
    return result == done ? failed : result;
}

}  // namespace securestack
