#!/bin/sh
# Run once by the PostgreSQL image, when its volume is empty: the role and the database of media.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set media_password="$MEDIA_DB_PASSWORD" <<'SQL'
CREATE ROLE media LOGIN PASSWORD :'media_password';
CREATE DATABASE media OWNER media;
REVOKE CONNECT ON DATABASE media FROM PUBLIC;
SQL
