// What an application keeps when it signs on with the SDKs' OAuth support, with a redirect listener on a free loopback
// port. It follows the SDKs' OAuthClientProvider, which is the same in both generations.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';

export class LoopbackClient {
    #server;
    #arrivals = [];
    #state;
    #verifier;
    #discovery;
    #registration;
    saved;
    authorizationUrl;
    redirectUrl;

    static async listening() {
        const client = new LoopbackClient();
        await client.#listen();
        return client;
    }

    async #listen() {
        this.#server = createServer((request, response) => {
            this.#arrivals.push(new URL(request.url, this.redirectUrl ?? 'http://127.0.0.1'));
            response.writeHead(200, { 'content-type': 'text/plain' }).end('You can close this window.');
        });
        await new Promise(resolve => this.#server.listen(0, '127.0.0.1', resolve));
        this.redirectUrl = `http://127.0.0.1:${this.#server.address().port}/callback`;
    }

    /** The parameters of the latest redirect, whose state must be the one that was sent. */
    arrived() {
        const parameters = this.#arrivals.pop()?.searchParams;
        if (!parameters) throw new Error('Nobody came to the redirect URI');
        if (parameters.get('state') !== this.#state) throw new Error('The redirect carries another state');
        return parameters;
    }

    close() {
        this.#server.close();
    }

    get clientMetadata() {
        return {
            client_name: 'Trip through the proxy',
            redirect_uris: [this.redirectUrl],
            grant_types: ['authorization_code', 'refresh_token'],
            response_types: ['code'],
            token_endpoint_auth_method: 'none'
        };
    }

    state() {
        this.#state = randomUUID();
        return this.#state;
    }

    clientInformation() {
        return this.#registration;
    }

    saveClientInformation(registration) {
        this.#registration = registration;
    }

    tokens() {
        return this.saved;
    }

    saveTokens(tokens) {
        this.saved = tokens;
    }

    redirectToAuthorization(url) {
        this.authorizationUrl = url;
    }

    saveCodeVerifier(verifier) {
        this.#verifier = verifier;
    }

    codeVerifier() {
        return this.#verifier;
    }

    saveDiscoveryState(state) {
        this.#discovery = state;
    }

    discoveryState() {
        return this.#discovery;
    }

    get metadata() {
        return this.#discovery.authorizationServerMetadata;
    }

    invalidateCredentials(what) {
        if (what === 'all' || what === 'tokens') this.saved = undefined;
        if (what === 'all' || what === 'client') this.#registration = undefined;
        if (what === 'all' || what === 'discovery') this.#discovery = undefined;
    }
}
