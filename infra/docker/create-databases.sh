#!/bin/sh
# Run once by the PostgreSQL image, when its volume is empty: a role and a database per service.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
  --set accounts_password="$ACCOUNTS_DB_PASSWORD" --set media_password="$MEDIA_DB_PASSWORD" <<'SQL'
CREATE ROLE accounts LOGIN PASSWORD :'accounts_password';
CREATE ROLE media LOGIN PASSWORD :'media_password';
CREATE DATABASE accounts OWNER accounts;
CREATE DATABASE media OWNER media;
REVOKE CONNECT ON DATABASE accounts FROM PUBLIC;
REVOKE CONNECT ON DATABASE media FROM PUBLIC;
SQL
