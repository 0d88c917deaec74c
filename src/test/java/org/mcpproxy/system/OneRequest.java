package org.mcpproxy.system;

import java.net.http.HttpRequest;

/** Requests that end their connection: the next one, on a new connection, may come to another node. */
final class OneRequest {

    /** The JDK's client lets nobody name the header, unless its JVM was started so; the build does that for the tests. */
    private static final boolean ALLOWED =
            System.getProperty("jdk.httpclient.allowRestrictedHeaders", "").contains("connection");

    private OneRequest() {}

    static HttpRequest.Builder perConnection(HttpRequest.Builder request) {
        return ALLOWED ? request.header("Connection", "close") : request;
    }
}
