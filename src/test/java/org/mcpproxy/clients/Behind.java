package org.mcpproxy.clients;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Which backend stands behind the proxy of an {@link org.mcpproxy.system.Installation} that a test takes as its parameter,
 * alone or, as {@link Installations.Running}, with that backend.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@interface Behind {
    McpBackend.Kind value();
}
