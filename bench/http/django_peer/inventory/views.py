from rest_framework import pagination, serializers, viewsets

from .models import Server


class Pages(pagination.CursorPagination):
    page_size = 50
    ordering = "created_at"


class ServerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Server
        fields = "__all__"


class Servers(viewsets.ModelViewSet):
    queryset = Server.objects.all()
    serializer_class = ServerSerializer
    pagination_class = Pages
