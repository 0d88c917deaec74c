package org.mcpproxy.audit;

import java.time.Duration;
import java.util.Collection;
import org.mcpproxy.oauth.Reason;

/**
 * What is audited. The components are all that reaches the log, so no record here has room for a token, a code, a
 * secret or an argument of a tool. {@code user} and {@code client} may be null where they are not known.
 */
public sealed interface AuditEvent {

    Trail trail();

    /** Null where nobody is known. */
    default String user() {
        return null;
    }

    /** Null where none is known. */
    default String client() {
        return null;
    }

    /**
     * What a client is registered as.
     *
     * @param clientName what it calls itself
     * @param authenticationMethod by which it proves itself
     * @param destinations where answers may go: hosts, schemes, loopback
     */
    record Registered(String clientName, String authenticationMethod, Collection<String> destinations) {}

    /** Dynamic registration (RFC 7591) of a client. */
    record ClientRegistered(Trail trail, String client, Registered as) implements AuditEvent {}

    /** A client changed its registration (RFC 7592 2.2). */
    record ClientUpdated(Trail trail, String client, Registered as) implements AuditEvent {}

    /** A client read its registration, which replaced the token for it (RFC 7592 2.1). */
    record ClientRead(Trail trail, String client) implements AuditEvent {}

    /** A client removed its registration (RFC 7592 2.3). */
    record ClientDeleted(Trail trail, String client) implements AuditEvent {}

    /** A device began a sign-on, which a person is to finish elsewhere (RFC 8628 3.1). */
    record DeviceSignOnBegun(Trail trail, String client) implements AuditEvent {}

    /** A person entered the code that a device showed, and is asked next. */
    record UserCodeEntered(Trail trail, String client) implements AuditEvent {}

    /**
     * A person allowed or denied a client.
     *
     * @param user null where the sign-on comes after: it is in the line of that
     * @param signOn names the sign-on, which has several steps
     * @param resources that the client asked for
     */
    record ConsentDecided(
            Trail trail, String user, String client, String signOn, Collection<String> resources, boolean allowed)
            implements AuditEvent {}

    /**
     * A person came back from Okta, and is who Okta says.
     *
     * @param signOn names the sign-on, as where the person was asked
     */
    record SignedOn(Trail trail, String user, String client, String signOn) implements AuditEvent {}

    /**
     * Tokens were issued for a grant.
     *
     * @param resource that the access token is for
     */
    record TokensIssued(Trail trail, String user, String client, String grantType, String resource, String grant)
            implements AuditEvent {}

    /**
     * A client brought Okta's word for a user (ID-JAG), which opened a grant.
     *
     * @param resource the canonical resource that it is for
     * @param assertion names it: the SHA-256 of its issuer, a blank and its {@code jti}, in base64url
     */
    record IdentityAssertionRedeemed(
            Trail trail, String user, String client, String resource, String assertion, String grant)
            implements AuditEvent {}

    /** A grant ended, and with it every token that it issued. */
    record GrantRevoked(Trail trail, String user, String client, String grant, Cause cause) implements AuditEvent {

        /** Why a grant ends. */
        public enum Cause {
            REVOKED_BY_CLIENT,
            CODE_REPLAYED,
            DEVICE_CODE_REPLAYED,
            REFRESH_TOKEN_REUSED,
            OKTA_SESSION_ENDED,
            CONSENT_DENIED,
            SIGN_ON_FAILED,
            CLIENT_UPDATED,
            CLIENT_DELETED
        }
    }

    /** A client revoked a token that was none, or whose grant had ended before (RFC 7009 2.2). */
    record NothingRevoked(Trail trail, String client) implements AuditEvent {}

    /**
     * An MCP server asked about a token.
     *
     * @param user whose token it is, or null
     * @param client who asked
     * @param grant of a token that is active, or null
     */
    record TokenIntrospected(Trail trail, String user, String client, String grant, boolean active)
            implements AuditEvent {}

    /** A client was told who its user is (OpenID Connect Core 5.3). */
    record UserInfoTold(Trail trail, String user, String client, String grant) implements AuditEvent {}

    /** A person signed out of this server in one browser. */
    record SignedOut(Trail trail) implements AuditEvent {}

    /**
     * A request was refused.
     *
     * @param endpoint the path of the endpoint, without the query
     * @param method the JSON-RPC method of a message that had been read, or null
     * @param name the tool or prompt that it names, or null
     */
    record Refused(Trail trail, String user, String client, String endpoint, String method, String name, Reason reason)
            implements AuditEvent {

        /** Refused for what it was, before any message was read. */
        public Refused(Trail trail, String user, String client, String endpoint, Reason reason) {
            this(trail, user, client, endpoint, null, null, reason);
        }
    }

    /**
     * An MCP request was relayed, or failed at the backend; both, one after the other, where the backend broke off.
     *
     * @param resource the path it came in by
     * @param method the JSON-RPC method, or the HTTP method where there is no body
     * @param name the tool, prompt or resource that is named, or null
     * @param status the HTTP status that was answered
     * @param failure why it failed, or null
     * @param duration until the answer's head, or until the backend broke off
     */
    record McpRequest(
            Trail trail,
            String user,
            String client,
            String resource,
            String method,
            String name,
            int status,
            Reason failure,
            Duration duration)
            implements AuditEvent {}
}
