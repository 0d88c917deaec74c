-- When the revocation at Okta of an ended session is tried next, apart from when its grant ended. H2 commits each statement
-- by itself: who was killed between two begins again.

ALTER TABLE upstream_session ADD COLUMN IF NOT EXISTS revoke_after TIMESTAMP WITH TIME ZONE;
CREATE INDEX IF NOT EXISTS upstream_session_revoke_after ON upstream_session (revoke_after);
