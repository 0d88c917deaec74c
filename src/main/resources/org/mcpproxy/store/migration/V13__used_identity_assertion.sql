-- Which of Okta's assertions for users (ID-JAG) have opened a grant.
CREATE TABLE IF NOT EXISTS used_identity_assertion (
    hash        VARCHAR(43)              PRIMARY KEY,
    expires_at  TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX IF NOT EXISTS used_identity_assertion_expires_at ON used_identity_assertion (expires_at);
