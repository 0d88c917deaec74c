/**
 * Where the features are put together: which endpoint stands under which path. Nothing depends on this package.
 */
package org.mcpproxy;
