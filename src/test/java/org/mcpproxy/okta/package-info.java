/**
 * A stand-in for one Okta org, for tests and the demo: strict where Okta is strict, with Okta's URLs and claims, and with
 * faults that can be switched on while it runs. Nothing outside the loopback interface reaches it.
 */
package org.mcpproxy.okta;
