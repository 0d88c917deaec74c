CREATE TABLE IF NOT EXISTS pushed_request (
    handle_hash VARCHAR(43)                PRIMARY KEY,
    client_id   VARCHAR(500)             NOT NULL,
    parameters  VARCHAR(8192)            NOT NULL,
    expires_at  TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX IF NOT EXISTS pushed_request_expires_at ON pushed_request (expires_at);
