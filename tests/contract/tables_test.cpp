// What holds for every document that is stored.
#include <gtest/gtest.h>

#include "audit/audit_record.hpp"
#include "backups/repository.hpp"
#include "backups/run.hpp"
#include "backups/task.hpp"
#include "identity/api_key.hpp"
#include "identity/invite.hpp"
#include "identity/team.hpp"
#include "identity/user.hpp"
#include "incidents/incident.hpp"
#include "incidents/timeline.hpp"
#include "incidents/window.hpp"
#include "resource/schema_check.hpp"
#include "servers/server.hpp"
#include "support/app_fixture.hpp"

namespace securestack::test {
namespace {

class Tables : public ApiTest {};
INSTANTIATE_TEST_SUITE_P(Engines, Tables, each_engine, engine_name);

TEST_P(Tables, AgreeWithTheirDocuments) {
    for (auto const* schema :
         {&schema_of<AuditRecord>(), &schema_of<Repository>(), &schema_of<securestack::Run>(),
          &schema_of<BackupTask>(), &schema_of<ApiKey>(), &schema_of<Invite>(), &schema_of<Team>(),
          &schema_of<TeamMember>(), &schema_of<User>(), &schema_of<Incident>(), &schema_of<TimelineEntry>(),
          &schema_of<MaintenanceWindow>(), &schema_of<Server>()}) {
        EXPECT_EQ(check_table(app().database(), *schema), std::vector<std::string>{}) << schema->name;
    }
}

}  // namespace
}  // namespace securestack::test
