import uuid

from django.db import models


class Server(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=100, unique=True)
    hostname = models.CharField(max_length=253, blank=True)
    ip = models.GenericIPAddressField(null=True)
    os = models.CharField(max_length=100, blank=True)
    environment = models.CharField(max_length=20, default="production")
    status = models.CharField(max_length=20, default="active")
    description = models.TextField(blank=True)
    labels = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)
