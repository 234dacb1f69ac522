#include <memory>

#include "audit/save_changes.hpp"
#include "http/bound.hpp"
#include "http/collection.hpp"
#include "identity/visible.hpp"
#include "servers/followers.hpp"
#include "servers/rules.hpp"
#include "servers/server.hpp"
#include "servers/servers.hpp"

namespace securestack {
namespace {

// One answer for what is not there and for what is not the caller's.
Problem absent() {
    return {ErrorCode::not_found, "There is no server with this id."};
}

Sql live(Id id) {
    return std::move(Sql{}.add("deleted_at IS NULL AND id = ").bind(id));
}

Problem out_of_reach(Reach reach) {
    return {ErrorCode::forbidden,
            reach == Reach::operate
                ? "You may see this server, but not change it: that takes an operator of its team."
                : "You may see this server, but not delete it: that takes a maintainer of its team."};
}

// The server that a write is about, in the version that the client knows.
Result<Server> find_for_write(Tx& tx, Context const& context, Sql const& where, Reach reach) {
    auto found = Table<Server>(tx).find_where(where);
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found))) return absent();
    if (!reaches(context.principal, reach, holder_of(*found))) return out_of_reach(reach);
    if (auto const current = context.check_preconditions(found->version); !current) return current.error();
    return std::move(*found);
}

// The live servers; with ?deleted=true those that the caller may bring back.
Result<Scope> listed(Tx&, Context const& context) {
    auto const deleted = context.flag("deleted");
    if (!deleted) return deleted.error();
    if (deleted->value_or(false))
        return managed_by(context.principal, std::move(Sql{}.add("deleted_at IS NOT NULL")));
    return visible_to(context.principal, std::move(Sql{}.add("deleted_at IS NULL")));
}

Result<Shown<Server>> get_server(Tx& tx, Context const& context, Id id) {
    auto found = find_shown<Server>(tx, visible_to(context.principal, live(id)));
    if (!found) return absent();
    return *std::move(found);
}

// A caller whose account has gone since its token was looked at, on this replica or another, is nobody now.
Result<void> insert(Tx& tx, Context const& context, Server const& server) {
    try {
        return Table<Server>(tx).insert(server);
    } catch (DatabaseError const& error) {
        bool const own = server.owner == context.principal.user;
        if (error.kind() != DatabaseError::Kind::foreign_key || !own) throw;
        return Problem{ErrorCode::invalid_token, "The account of this token does not exist any more."};
    }
}

Result<Created<Server>> create_server(Tx& tx, Context const& context, Draft<Server> const& draft) {
    auto server = completed(tx, context, draft);
    if (!server) return server.error();
    if (auto const saved = insert(tx, context, *server); !saved) return saved.error();
    record_created(tx, context, "server.create", *server);
    return Created<Server>{*server, "/api/servers/" + server->id.to_string()};
}

// The handlers of what others follow.
class ServerChanges {
  public:
    ServerChanges(ServerFollowers followers, std::chrono::seconds kept)
        : followers_(std::move(followers)), kept_(kept) {}

    template <class Document>
    Result<Entity<Server>> change(Tx& tx, Context const& context, Id id, Document const& document) const {
        auto const before = find_for_write(tx, context, live(id), Reach::operate);
        if (!before) return before.error();
        return save(tx, context, *before, document.draft(*before));
    }

    Result<NoContent> remove(Tx& tx, Context const& context, Id id) const {
        auto const before = find_for_write(tx, context, live(id), Reach::manage);
        if (!before) return before.error();
        auto after = *before;
        after.deleted_at = context.now;
        if (auto const saved = Table<Server>(tx).update(after); !saved) return saved.error();
        tell(followers_, &ServerFollower::deleted, tx, context, after);
        record_deleted(tx, context, "server.delete", *before);
        return NoContent{};
    }

    Result<Entity<Server>> restore(Tx& tx, Context const& context, Id id) const {
        auto found = find_for_write(tx, context, Sql{}.add("id = ").bind(id), Reach::manage);
        if (!found) return found.error();
        auto& server = *found;
        if (!server.deleted_at) return Problem{ErrorCode::conflict, "This server is not deleted."};
        if (context.now - *server.deleted_at >= kept_) return absent();
        server.deleted_at.reset();
        if (auto const saved = Table<Server>(tx).update(server); !saved) return saved.error();
        tell(followers_, &ServerFollower::restored, tx, context, server);
        record(tx, context, "server.restore", audit_object(server), Outcome::success);
        return Entity<Server>{std::move(server)};
    }

  private:
    Result<Entity<Server>> save(Tx& tx, Context const& context, Server const& before,
                                Draft<Server> wanted) const {
        auto after = completed_change(tx, context, before, std::move(wanted));
        if (!after) return after.error();
        auto const saved = save_changes(tx, context, "server.update", before, *after);
        if (!saved) return saved.error();
        if (after->owner != before.owner || after->team != before.team)
            tell(followers_, &ServerFollower::moved, tx, context, *after);
        return Entity<Server>{std::move(*after)};
    }

    ServerFollowers followers_;
    std::chrono::seconds const kept_;  // when they are deleted
};

}  // namespace

void add_server_routes(Router& router, ServerFollowers followers, std::chrono::seconds kept) {
    auto const changes = std::make_shared<ServerChanges const>(std::move(followers), kept);
    Collection servers{router,
                       {.address = "/api/servers",
                        .tag = "Servers",
                        .operation = {"Server", "Servers"},
                        .words = {"server", "servers"},
                        .reading = Permission::servers_read,
                        .writing = Permission::servers_write}};
    servers.list<Server>(listed).query(
        "deleted", "true: only deleted servers, those that you may restore; they stay for 30 days.");
    servers.create(create_server);
    add_server_import_route(router);
    servers.get(get_server);
    servers.replace(bound(changes, &ServerChanges::change<Replacement<Server>>));
    servers.update(bound(changes, &ServerChanges::change<Patch<Server>>));
    servers.remove(bound(changes, &ServerChanges::remove))
        .summary("Delete a server; for 30 days it can be restored");
    servers.act("restore", bound(changes, &ServerChanges::restore))
        .reach(Reach::manage)
        .summary("Bring a deleted server back")
        .description(
            "Within 30 days of its deletion. 409 when it is not deleted, or when its name was taken "
            "meanwhile.");
}

}  // namespace securestack
