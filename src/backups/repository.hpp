// Where the agents put backups: a restic repository, with the secrets to open it, which nobody is told.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/id.hpp"
#include "core/principal.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"
#include "resource/field.hpp"

namespace securestack {

class MasterKey;

struct Repository {
    Id id{};
    std::string name;
    std::string url;
    bool append_only = true;
    std::optional<std::int64_t> size_bytes;
    std::optional<std::int64_t> snapshots;
    std::optional<Time> last_check_at;
    Id owner{};
    std::optional<Id> team;
    Time created_at{};
    Time updated_at{};
    std::string sealed;  // RepositorySecrets, under the master key; empty without any
    std::int64_t version = 1;
};
template <>
Schema const& schema_of<Repository>();

inline Holder holder_of(Repository const& repository) {
    return {.owner = repository.owner, .team = repository.team};
}

// What a client may say of one. A secret that is left out stays with one that exists; null removes it.
struct RepositoryDraft {
    std::string name;
    std::string url;
    std::optional<Secret> password;
    std::optional<std::map<std::string, std::string>> env;
    bool append_only = true;
    std::optional<Id> team;
};
template <>
Schema const& schema_of<RepositoryDraft>();

struct RepositorySecrets {
    std::optional<Secret> password;
    std::map<std::string, std::string> env;
};

// Sealed for this repository only: the text opens in no other row. `open_secrets` throws std::runtime_error
// when it was changed or sealed under another master key.
std::string seal_secrets(MasterKey const& key, Id repository, RepositorySecrets const& secrets);
RepositorySecrets open_secrets(MasterKey const& key, Repository const& repository);

}  // namespace securestack
