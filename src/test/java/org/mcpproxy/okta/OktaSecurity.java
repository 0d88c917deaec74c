package org.mcpproxy.okta;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import jakarta.servlet.http.HttpServletRequest;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.core.oidc.OidcUserInfo;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.authorization.authentication.JwtClientAssertionAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationValidator;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2PushedAuthorizationRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenExchangeAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.oidc.authentication.OidcUserInfoAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.resource.web.BearerTokenAuthenticationEntryPoint;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;

/** The authorization server: the framework's endpoints at Okta's addresses, and what Okta does differently. */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
class OktaSecurity {

    @Bean
    AuthorizationServerSettings addresses(OktaOptions options, OktaAddress address) {
        return AuthorizationServerSettings.builder()
                .issuer(address.issuer())
                .authorizationEndpoint(Endpoint.AUTHORIZE.path(options.orgServer()))
                .pushedAuthorizationRequestEndpoint(Endpoint.PUSH.path(options.orgServer()))
                .tokenEndpoint(Endpoint.TOKEN.path(options.orgServer()))
                .jwkSetEndpoint(Endpoint.KEYS.path(options.orgServer()))
                .tokenIntrospectionEndpoint(Endpoint.INTROSPECT.path(options.orgServer()))
                .tokenRevocationEndpoint(Endpoint.REVOKE.path(options.orgServer()))
                .oidcLogoutEndpoint(Endpoint.LOGOUT.path(options.orgServer()))
                .oidcUserInfoEndpoint(Endpoint.USERINFO.path(options.orgServer()))
                .build();
    }

    @Bean
    SecurityFilterChain okta(
            HttpSecurity http,
            OktaOptions options,
            OktaAddress address,
            OktaApplications applications,
            OktaSignOns signOns,
            OktaDirectory directory) {
        HttpSessionRequestCache untouchedUrls = new HttpSessionRequestCache();
        untouchedUrls.setMatchingRequestParameterName(null);
        OktaSignOnRequests asked = new OktaSignOnRequests(address.path(Endpoint.AUTHORIZE), signOns);
        return http.oauth2AuthorizationServer(server -> {
                    endpoints(server, applications, directory);
                    if (options.pushedRequests()) {
                        pushedRequests(server);
                    }
                })
                .oauth2ResourceServer(
                        userInfo -> userInfo.jwt(Customizer.withDefaults()).dPoP(Customizer.withDefaults()))
                .authorizeHttpRequests(requests -> requests.requestMatchers(asked::isSilent, OktaSecurity::isSignIn)
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .exceptionHandling(handling -> handling.authenticationEntryPoint(entryPoint(address)))
                .formLogin(form -> form.loginPage(Endpoint.SIGN_IN.path(false)).permitAll())
                .logout(logout -> logout.disable())
                // Ignored, as the authorization server switches a disabled one on again: the sign-in form has no token.
                .csrf(csrf -> csrf.ignoringRequestMatchers(request -> true))
                .requestCache(cache -> cache.requestCache(untouchedUrls))
                .addFilterBefore(new SignOnPolicy(asked), AnonymousAuthenticationFilter.class)
                .addFilterBefore(
                        new LogoutEndpoint(address.path(Endpoint.LOGOUT), applications, signOns), LogoutFilter.class)
                .build();
    }

    /** Only a person at the authorize endpoint is sent to the sign-in page: the others are called by machines. */
    private static AuthenticationEntryPoint entryPoint(OktaAddress address) {
        AuthenticationEntryPoint signIn = new LoginUrlAuthenticationEntryPoint(Endpoint.SIGN_IN.path(false));
        AuthenticationEntryPoint bearer = new BearerTokenAuthenticationEntryPoint();
        return (request, response, failure) -> {
            boolean isAuthorize = address.path(Endpoint.AUTHORIZE).equals(request.getRequestURI());
            (isAuthorize ? signIn : bearer).commence(request, response, failure);
        };
    }

    private static void endpoints(
            OAuth2AuthorizationServerConfigurer server, OktaApplications applications, OktaDirectory directory) {
        ClientAssertions assertions = new ClientAssertions(applications.key());
        server.clientAuthentication(clients -> clients.authenticationProviders(each(
                        JwtClientAssertionAuthenticationProvider.class,
                        provider -> provider.setJwtDecoderFactory(assertions))))
                .authorizationEndpoint(authorize -> authorize.authenticationProviders(each(
                        OAuth2AuthorizationCodeRequestAuthenticationProvider.class,
                        provider -> provider.setAuthenticationValidator(exactRedirectUriAndScopes()))))
                .tokenEndpoint(token -> token.authenticationProviders(providers ->
                        providers.replaceAll(provider -> provider instanceof OAuth2TokenExchangeAuthenticationProvider
                                ? new OktaExchange(provider)
                                : provider)))
                .authorizationServerMetadataEndpoint(metadata -> metadata.authorizationServerMetadataCustomizer(
                        document -> document.scopes(scopes -> scopes.addAll(applications.scopes()))))
                .oidc(oidc -> oidc.providerConfigurationEndpoint(metadata ->
                                metadata.providerConfigurationCustomizer(document -> document.scopes(scopes -> {
                                    scopes.clear();
                                    scopes.addAll(applications.scopes());
                                })))
                        .userInfoEndpoint(
                                userInfo -> userInfo.userInfoMapper(context -> userInfo(context, directory))));
    }

    private static <P extends AuthenticationProvider> Consumer<List<AuthenticationProvider>> each(
            Class<P> type, Consumer<P> set) {
        return providers ->
                providers.stream().filter(type::isInstance).map(type::cast).forEach(set);
    }

    private static OidcUserInfo userInfo(OidcUserInfoAuthenticationContext context, OktaDirectory directory) {
        OktaUser user = directory.user(context.getAuthorization().getPrincipalName());
        return new OidcUserInfo(
                directory.userInfoClaims(user, context.getAccessToken().getScopes()));
    }

    /** What is pushed is judged as what the browser brings (RFC 9126 2.1). */
    private static void pushedRequests(OAuth2AuthorizationServerConfigurer server) {
        server.pushedAuthorizationRequestEndpoint(push -> push.authenticationProviders(each(
                OAuth2PushedAuthorizationRequestAuthenticationProvider.class,
                provider -> provider.setAuthenticationValidator(exactRedirectUriAndScopes()))));
    }

    private static Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> exactRedirectUriAndScopes() {
        return exactRedirectUri()
                .andThen(OAuth2AuthorizationCodeRequestAuthenticationValidator.DEFAULT_SCOPE_VALIDATOR);
    }

    /** Okta compares redirect URIs exactly; the framework would let the port of a loopback address differ. */
    private static Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> exactRedirectUri() {
        return context -> {
            OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
            if (!context.getRegisteredClient().getRedirectUris().contains(request.getRedirectUri())) {
                throw new OAuth2AuthorizationCodeRequestAuthenticationException(
                        new OAuth2Error("invalid_request", "redirect_uri", null), null);
            }
        };
    }

    private static boolean isSignIn(HttpServletRequest request) {
        return request.getRequestURI().endsWith(Endpoint.SIGN_IN.path(false));
    }

    /** Reads the bearer token at UserInfo. Whether it still lives is for the sign-on to say, not for its times. */
    @Bean
    JwtDecoder accessTokens(OktaTenantKeys keys) {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier((type, context) -> {});
        processor.setJWTClaimsSetVerifier((claims, context) -> {});
        processor.setJWSKeySelector((header, context) -> {
            List<JWK> known = new ArrayList<>(keys.published().everUsed());
            known.addAll(keys.unpublished().everUsed());
            return new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, new ImmutableJWKSet<>(new JWKSet(known)))
                    .selectJWSKeys(header, context);
        });
        NimbusJwtDecoder decoder = new NimbusJwtDecoder(processor);
        decoder.setJwtValidator(jwt -> OAuth2TokenValidatorResult.success());
        return decoder;
    }

    /** Secrets and passwords are compared as they are: this org exists for minutes, in memory. */
    @Bean
    PasswordEncoder secrets() {
        return new PasswordEncoder() {
            @Override
            public String encode(CharSequence raw) {
                return raw.toString();
            }

            @Override
            public boolean matches(CharSequence raw, String stored) {
                return MessageDigest.isEqual(raw.toString().getBytes(), stored.getBytes());
            }
        };
    }
}
