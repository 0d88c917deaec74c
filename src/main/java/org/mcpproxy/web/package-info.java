/**
 * What every request meets: syntax and host check, CORS, headers, request id, errors, health.
 */
package org.mcpproxy.web;
