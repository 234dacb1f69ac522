#include "app/cli.hpp"

#include <functional>
#include <iostream>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/application.hpp"
#include "app/backup_commands.hpp"
#include "app/build_info.hpp"
#include "app/commands.hpp"
#include "app/serve.hpp"
#include "app/usage_error.hpp"

namespace securestack {
namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;

enum class SettingFlags { none, offline, all };

class CommandLine {
  public:
    CommandLine()
        : app_("SecureStack: the inventory of servers, who changed it, and the API to both.", "securestack") {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", "securestack " + std::string{version()});
        app_.set_help_all_flag();
        app_.footer(
            "Exit codes: 0 done, 1 it could not be done, 2 wrong usage or configuration.\n"
            "Examples:\n"
            "  securestack serve --data-dir data\n"
            "  securestack user create --admin --username alice\n"
            "  securestack COMMAND --help");
        add_serve();
        add_migrate();
        add_backup();
        add_user();
        add_keys();
        add_information();
    }

    int run(int argc, char const* const* argv) {
        try {
            app_.parse(argc, argv);
        } catch (CLI::ParseError const& error) {
            if (error.get_exit_code() == 0) return app_.exit(error);
            std::cerr << explain(error, app_, {argv, argv + argc});
            return wrong_usage;
        }
        return chosen_();
    }

  private:
    using Command = CLI::App;

    // A command: its words of help, its examples, the settings it takes, and what it does.
    Command* add(Command& parent, std::string const& name, std::string const& help,
                 std::string const& examples, SettingFlags flags, std::function<int()> action) {
        auto* command = parent.add_subcommand(name, help);
        command->footer((examples.find('\n') == std::string::npos ? "Example:\n  " : "Examples:\n  ") +
                        examples);
        command->callback([this, action = std::move(action)] { chosen_ = action; });
        if (flags != SettingFlags::none) add_settings(*command, flags);
        return command;
    }

    Command* add_group(std::string const& name, std::string const& help, std::string const& example) {
        auto* group = app_.add_subcommand(name, help);
        group->require_subcommand(1);
        group->footer("Example:\n  " + example);
        return group;
    }

    void add_settings(Command& command, SettingFlags flags) {
        command.add_option("--config", sources_.config_flag, "A TOML file of settings (SECURESTACK_CONFIG)")
            ->type_name("FILE")
            ->group("Settings");
        for (auto const& spec : setting_specs()) {
            if (flags == SettingFlags::offline && !spec.offline) continue;
            auto const take = [this, &spec](std::string const& text) {
                sources_.flags.emplace_back(std::string{spec.name}, text);
            };
            auto help = std::string{spec.help};
            if (!spec.fallback.empty() && spec.fallback.find('{') == spec.fallback.npos) {
                help += fmt::format(" [{}]", spec.fallback);
            }
            command.add_option_function<std::string>(spec.flag(), take, help)
                ->type_name(std::string{spec.value})
                ->group("Settings");
        }
    }

    void add_json(Command* command) { command->add_flag("--json", json_, "Print JSON"); }

    void add_password(Command* command) {
        command->add_flag("--password-stdin", password_stdin_,
                          "Read the password from the first line of standard input instead of asking");
    }

    PasswordFrom password_from() const {
        return password_stdin_ ? PasswordFrom::standard_input : PasswordFrom::prompt;
    }

    void add_serve() {
        auto* command =
            add(app_, "serve", "Serve the API",
                "securestack serve --data-dir data\n"
                "  securestack serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem\n"
                "  SECURESTACK_DATABASE=postgres://app@db/securestack securestack serve",
                SettingFlags::all, [this] {
                    return with_settings([this](Settings const& settings) {
                        serve(settings, {.migrate = !no_migrate_});
                        return done;
                    });
                });
        command->add_flag("--no-migrate", no_migrate_, "Refuse to start when the database's schema is older");
    }

    void add_migrate() {
        add_json(add(app_, "migrate", "Bring the database to this program's schema",
                     "securestack migrate --data-dir data", SettingFlags::offline, [this] {
                         return with_settings(
                             [this](auto const& settings) { return run_migrate(settings, json_); });
                     }));
    }

    void add_backup() {
        add_back_up();
        add_restore();
    }

    void add_back_up() {
        auto* command = add(
            app_, "backup", "Copy the database into a file, beside a running server",
            "securestack backup /mnt/backup/securestack.tar\n"
            "  securestack backup - | ssh vault 'cat > securestack.tar'\n"
            "  securestack backup --with-master-key --force everything.tar",
            SettingFlags::offline, [this] {
                return with_settings([this](auto const& settings) {
                    return back_up(
                        settings,
                        {.file = file_, .force = force_, .with_master_key = with_master_key_, .json = json_});
                });
            });
        command->add_option("file", file_, "Where to write it; - is standard output")->required();
        command->add_flag("--force", force_, "Overwrite the file when it exists");
        command->add_flag("--with-master-key", with_master_key_,
                          "Put the master key in, too: whoever has the file can then read all secrets");
        add_json(command);
    }

    void add_restore() {
        auto* command =
            add(app_, "restore", "Fill an empty database from a backup; stop the server first",
                "securestack restore securestack.tar --data-dir data\n"
                "  SECURESTACK_DATABASE=postgres://app@db/fresh securestack restore securestack.tar",
                SettingFlags::offline, [this] {
                    return with_settings([this](auto const& settings) {
                        return restore(settings, {.file = file_, .json = json_});
                    });
                });
        command->add_option("file", file_, "What `securestack backup` wrote; - is standard input")
            ->required();
        add_json(command);
    }

    void add_user() {
        auto* group = add_group("user", "Accounts", "securestack user create --admin --username alice");
        add_user_create(*group);
        add_user_list(*group);
        add_user_switch(*group, "disable", "End an account's sessions and refuse its logins", true);
        add_user_switch(*group, "enable", "Let an account log in again", false);
        add_user_set_role(*group);
        add_user_set_password(*group);
    }

    void add_user_create(Command& group) {
        auto* create = add(group, "create", "Make an account",
                           "securestack user create --admin --username alice\n"
                           "  securestack user create --username ci --password-stdin < password.txt",
                           SettingFlags::offline, [this] {
                               new_user_.password = password_from();
                               return with_settings([this](Settings const& settings) {
                                   return create_user(settings, new_user_, json_);
                               });
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

    void add_user_list(Command& group) {
        add_json(add(group, "list", "List the accounts", "securestack user list --json",
                     SettingFlags::offline, [this] {
                         return with_settings(
                             [this](auto const& settings) { return list_users(settings, json_); });
                     }));
    }

    void add_user_switch(Command& group, std::string const& verb, std::string const& help, bool disabled) {
        add_name(add(group, verb, help, fmt::format("securestack user {} bob", verb), SettingFlags::offline,
                     [this, disabled] {
                         return with_settings([this, disabled](auto const& settings) {
                             return set_user_disabled(settings, name_, disabled);
                         });
                     }));
    }

    void add_user_set_role(Command& group) {
        auto* command = add(group, "set-role", "Give an account another role",
                            "securestack user set-role bob auditor", SettingFlags::offline, [this] {
                                return with_settings([this](auto const& settings) {
                                    return set_user_role(settings, name_, role_);
                                });
                            });
        add_name(command);
        command->add_option("role", role_, "user, auditor or admin")->required();
    }

    void add_user_set_password(Command& group) {
        auto* command = add(group, "set-password", "Set an account's password and end its sessions",
                            "securestack user set-password bob", SettingFlags::offline, [this] {
                                return with_settings([this](auto const& settings) {
                                    return set_user_password(settings, name_, password_from());
                                });
                            });
        add_name(command);
        add_password(command);
    }

    void add_name(Command* command) {
        command->add_option("username", name_, "The account's username")->required();
    }

    void add_keys() {
        auto* group = add_group("keys", "The keys that sign access tokens", "securestack keys rotate");
        add_json(add(*group, "list", "List the keys", "securestack keys list", SettingFlags::offline, [this] {
            return with_settings([this](auto const& settings) { return list_keys(settings, json_); });
        }));
        add(*group, "rotate",
            "Publish a new key, which signs 150 seconds later; tokens of the old one stay good until they "
            "expire",
            "securestack keys rotate", SettingFlags::offline,
            [this] { return with_settings([](auto const& settings) { return rotate_keys(settings); }); });
        auto* recover = add(*group, "recover",
                            "When the master key is lost for good: give up the signing keys that it sealed, "
                            "and make new ones",
                            "securestack keys recover --yes", SettingFlags::offline, [this] {
                                return with_settings([this](auto const& settings) {
                                    return recover_keys(settings, confirmed_);
                                });
                            });
        recover->add_flag("--yes", confirmed_, "Do it");
    }

    void add_information() {
        add(app_, "permissions", "Print the table of who may call what",
            "securestack permissions > permissions.md", SettingFlags::none, [] {
                std::cout << product_permissions();
                return done;
            });
        add(app_, "openapi", "Print the OpenAPI document", "securestack openapi > openapi.json",
            SettingFlags::none, [] {
                std::cout << product_openapi();
                return done;
            });
        auto* config = add_group("config", "The configuration", "securestack config show");
        add_json(add(
            *config, "show", "Print every setting, its value and where that came from; secrets are masked",
            "securestack config show\n  SECURESTACK_LISTEN=0.0.0.0:80 securestack config show --json",
            SettingFlags::all, [this] { return show_settings(); }));
        add_json(add(app_, "version", "Print the version, the build and its libraries",
                     "securestack version --json", SettingFlags::none, [this] {
                         std::cout << describe_build(json_);
                         return done;
                     }));
    }

    int show_settings() {
        sources_.environment = process_environment();
        auto const configuration = load_configuration(sources_);
        if (!configuration.errors.empty()) return refuse(configuration);
        std::cout << show_configuration(configuration, json_);
        return done;
    }

    int with_settings(std::function<int(Settings const&)> const& action) {
        sources_.environment = process_environment();
        auto const configuration = load_configuration(sources_);
        if (!configuration.errors.empty()) return refuse(configuration);
        try {
            return action(configuration.settings);
        } catch (std::exception const& error) {
            std::cerr << "securestack: " << error.what() << '\n';
            return failed;
        }
    }

    static int refuse(Configuration const& configuration) {
        for (auto const& error : configuration.errors) {
            std::cerr << fmt::format("securestack: {}: {}\n", error.where, error.what);
        }
        return wrong_usage;
    }

    CLI::App app_;
    std::function<int()> chosen_;
    ConfigurationSources sources_;
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
    return CommandLine{}.run(argc, argv);
}

}  // namespace securestack
