from settings.base import *

PK_DB_COLUMN = "_id"
PUSH_LIMIT = 500
DATABASES = {"default": {"ENGINE": "project.mongodb", "HOST": "mongodb://127.0.0.1:27117/?replicaSet=rs0&w=majority&readConcernLevel=majority&directConnection=true", "NAME": "prowl"}}
