/**
 * What every request meets: host check, CORS, headers, request id, errors, health.
 */
package org.mcpproxy.web;
