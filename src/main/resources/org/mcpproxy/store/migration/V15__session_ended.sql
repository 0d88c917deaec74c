-- A session that has ended stays for a moment: until no node takes it for what it was, nobody else gets its id.
ALTER TABLE mcp_session ADD COLUMN IF NOT EXISTS ended_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX IF NOT EXISTS mcp_session_ended_at ON mcp_session (ended_at);
