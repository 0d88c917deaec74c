package org.mcpproxy.store;

/** A later version of this application has changed the tables. Its message is for the person who runs the server. */
public final class NewerStoreException extends RuntimeException {

    NewerStoreException() {
        super("""
                Okta MCP OAuth Proxy cannot start. The database was made by a newer version of this application, whose tables \
                this one does not know. Nothing was changed.
                Start that version again, or restore the backup from before the upgrade.""", null, false, false);
    }
}
