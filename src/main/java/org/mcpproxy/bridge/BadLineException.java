package org.mcpproxy.bridge;

/** A server wrote what is no JSON-RPC message. Says how, and nothing of what it wrote. */
final class BadLineException extends RuntimeException {

    BadLineException(String how) {
        super(how, null, false, false);
    }
}
