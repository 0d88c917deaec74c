package org.mcpproxy.web;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** An endpoint that one address may call only so often, because what each call leaves stays. */
@NameBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface RateLimited {

    /** What is counted. */
    AddressRateLimits.Kind value() default AddressRateLimits.Kind.AUTHORIZATION;
}
