/**
 * The pages that people see: templates that escape whatever is put into them, one style, and the content security policy
 * that fits both. Knows nothing of OAuth.
 */
package org.mcpproxy.page;
