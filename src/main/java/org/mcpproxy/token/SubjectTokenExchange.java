package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Stream;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;

/**
 * {@code grant_type=urn:ietf:params:oauth:grant-type:token-exchange} (RFC 8693): one of our access tokens of a user for
 * another one, by which the client acts for that user at another MCP server, with no more scopes and no longer. Only a client
 * may that an administrator registered for it, and only with a token that it was given itself, or that is for an MCP server
 * which it is: nobody asks the user here.
 */
@Singleton
public class SubjectTokenExchange implements Exchange {

    /** Who act one for the other; else a token could grow for ever. */
    private static final int MOST_ACTORS = 4;

    private static final String ACCESS_TOKEN = TokenTypeURI.ACCESS_TOKEN.toString();

    private final AccessTokens accessTokens;
    private final LiveGrants live;
    private final PreregisteredClients clients;
    private final AdministratorsTerms terms;
    private final UpstreamSession session;
    private final TokenMint mint;

    @Inject
    public SubjectTokenExchange(
            AccessTokens accessTokens,
            LiveGrants live,
            PreregisteredClients clients,
            AdministratorsTerms terms,
            UpstreamSession session,
            TokenMint mint) {
        this.accessTokens = accessTokens;
        this.live = live;
        this.clients = clients;
        this.terms = terms;
        this.session = session;
        this.mint = mint;
    }

    @Override
    public GrantType grantType() {
        return GrantType.TOKEN_EXCHANGE;
    }

    /** Without a refresh token: the client can ask again. */
    @Override
    public TokenAnswer exchange(TokenRequest request) {
        PreregisteredClient client = clients.find(request.client().id())
                .filter(PreregisteredClient::mayActForUsers)
                .orElseThrow(() -> Rejection.of(Reason.GRANT_TYPE_UNREGISTERED));
        Parameters parameters = request.parameters();
        requireAccessTokens(parameters);
        AccessToken subject = subject(parameters);
        request.user().accept(subject.subject());
        require(client.mayExchange(subject.clientId(), subject.audience()), Reason.SUBJECT_TOKEN_NOT_FOR_CLIENT);
        requireOwnKey(subject, request);
        require(subject.actors().size() < MOST_ACTORS, Reason.ACTORS_TOO_MANY);
        String resource = terms.resource(targets(parameters), client);
        requireWithinOktasWord(subject, resource);
        Scope given = terms.scope(client, resource);
        given.retainAll(subject.scope());
        return mint.mintForUserOf(subject, request, resource, AdministratorsTerms.asked(parameters, given));
    }

    /** Access tokens alone are exchanged, for access tokens, and the actor is the client itself (RFC 8693 2.1). */
    private static void requireAccessTokens(Parameters parameters) {
        String type = parameters.get("subject_token_type", Reason.SUBJECT_TOKEN_TYPE_MISSING);
        require(ACCESS_TOKEN.equals(type), Reason.SUBJECT_TOKEN_TYPE_UNSUPPORTED);
        String requested = parameters.find("requested_token_type").orElse(ACCESS_TOKEN);
        require(ACCESS_TOKEN.equals(requested), Reason.REQUESTED_TOKEN_TYPE_UNSUPPORTED);
        boolean actor = Stream.of("actor_token", "actor_token_type")
                .anyMatch(name -> parameters.find(name).isPresent());
        require(!actor, Reason.ACTOR_TOKEN_UNSUPPORTED);
    }

    private AccessToken subject(Parameters parameters) {
        Secret token = new Secret(parameters.get("subject_token", Reason.SUBJECT_TOKEN_MISSING));
        return Judged.of(() -> accessTokens.verify(token))
                .filter(known -> !known.isOfService())
                .filter(known -> live.isLive(known.grantId()))
                .filter(this::mayStillBeHad)
                .orElseThrow(() -> Rejection.of(Reason.SUBJECT_TOKEN_INVALID));
    }

    /**
     * Where nobody signed on, Okta's word is for the MCP server that it named, and for no other; and there is no token of Okta
     * that one which wants it could be sent.
     */
    private void requireWithinOktasWord(AccessToken subject, String resource) {
        boolean sameServer = resource.equals(subject.audience());
        boolean wantsSession = terms.backend(resource).needsUser();
        require((sameServer && !wantsSession) || session.isKept(subject.grantId()), Reason.RESOURCE_NEEDS_SESSION);
    }

    /** The client's own token is no thief's: it has the key that the token is bound to. Another's key it cannot have. */
    private static void requireOwnKey(AccessToken subject, TokenRequest request) {
        subject.keyThumbprint()
                .filter(key -> subject.clientId().equals(request.client().id()))
                .ifPresent(request::requireKey);
    }

    /** As the file is now, where a client has it by that file alone. */
    private boolean mayStillBeHad(AccessToken token) {
        return !token.isExchanged() || clients.allowActing(token.clientId(), token.audience(), token.scope());
    }

    /** A token is for one MCP server, by whichever of the two parameters it is named (RFC 8693 2.1). */
    private static List<String> targets(Parameters parameters) {
        return Stream.of("resource", "audience")
                .flatMap(name -> parameters.all(name).stream())
                .toList();
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
