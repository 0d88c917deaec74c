package org.mcpproxy.store;

/** The store was sealed with a secret that this node does not have. Its message is for the person who runs the server. */
public final class WrongSecretException extends RuntimeException {

    WrongSecretException() {
        super("""
                Okta MCP OAuth Proxy cannot start. The store was sealed with a SESSION_SECRET_KEY that is neither the \
                current one nor in SESSION_SECRET_KEY_PREVIOUS. Nothing was changed.
                Restore that key (or the file that holds it, where none was set), or list it in \
                SESSION_SECRET_KEY_PREVIOUS beside the new one, then start again.""", null, false, false);
    }
}
