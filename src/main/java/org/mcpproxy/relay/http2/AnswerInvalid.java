package org.mcpproxy.relay.http2;

/** An answer breaks the rules of HTTP. */
final class AnswerInvalid extends RuntimeException {

    private static final long serialVersionUID = 1;
}
