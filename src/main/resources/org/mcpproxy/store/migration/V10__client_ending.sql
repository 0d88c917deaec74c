-- More may have been granted to a client than can end in one transaction when it goes, or becomes one of the other kind.
CREATE TABLE IF NOT EXISTS client_ending (
    client_id     VARCHAR(500)             PRIMARY KEY,
    cause         VARCHAR(40)              NOT NULL,
    opened_until  TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at        TIMESTAMP WITH TIME ZONE NOT NULL
);

-- As what else goes with a client (V5).
CREATE INDEX IF NOT EXISTS pushed_request_client_id ON pushed_request (client_id);
