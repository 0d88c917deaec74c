/**
 * A lean client for backends that speak plain HTTP/1.1: the thread that sends a request may wait for a moment for a short
 * answer, without any hand-off; whatever takes longer goes on in a selector loop, and holds no thread. Jetty's parser, in
 * its strict mode, reads what backends answer.
 */
package org.mcpproxy.relay.http1;
