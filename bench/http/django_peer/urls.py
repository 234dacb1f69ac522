from inventory.views import Servers
from rest_framework.routers import SimpleRouter

router = SimpleRouter()
router.register("api/servers", Servers, basename="server")
urlpatterns = router.urls
