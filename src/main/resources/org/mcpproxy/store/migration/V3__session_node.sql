-- Where a session lives whose backend is a process of one node; no address where any node reaches the backend.
ALTER TABLE mcp_session ADD COLUMN IF NOT EXISTS node_url VARCHAR(1000);
