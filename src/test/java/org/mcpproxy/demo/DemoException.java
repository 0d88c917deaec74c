package org.mcpproxy.demo;

/** A part of the demo does not start; the message says which, and what to do. */
final class DemoException extends RuntimeException {

    DemoException(String message) {
        super(message);
    }
}
