// An MCP application that registers with a redirect URI of any kind, and writes its own requests.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

export class Application {
    #verifier = randomBytes(32).toString('base64url');
    #metadata;
    #listener;
    state = randomBytes(12).toString('base64url');
    clientId;
    redirectUri;

    /** Listens on loopback, as desktop programs do. */
    static async onLoopback(mcpUrl, name) {
        const listener = createServer((request, response) => {
            const page = '<!doctype html><title>Signed on</title><p>This is the application. You can close this window.</p>';
            response.writeHead(200, { 'content-type': 'text/html' }).end(page);
        });
        await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve));
        const application = await Application.registered(mcpUrl, name, `http://127.0.0.1:${listener.address().port}/callback`);
        application.#listener = listener;
        return application;
    }

    static async registered(mcpUrl, name, redirectUri) {
        const application = new Application();
        application.redirectUri = redirectUri;
        application.resource = mcpUrl;
        application.#metadata = await (await fetch(new URL('/.well-known/oauth-authorization-server', mcpUrl))).json();
        const response = await fetch(application.#metadata.registration_endpoint, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ client_name: name, redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' })
        });
        if (response.status !== 201) throw new Error(`Registration was answered ${response.status}: ${await response.text()}`);
        application.clientId = (await response.json()).client_id;
        return application;
    }

    authorizationUrl(changes = {}) {
        const url = new URL(this.#metadata.authorization_endpoint);
        const parameters = {
            response_type: 'code',
            client_id: this.clientId,
            redirect_uri: this.redirectUri,
            state: this.state,
            scope: 'mcp',
            resource: this.resource,
            code_challenge: createHash('sha256').update(this.#verifier).digest('base64url'),
            code_challenge_method: 'S256',
            ...changes
        };
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
        return url;
    }

    /** The status of the token endpoint's answer to a code. */
    async redeem(code) {
        const response = await fetch(this.#metadata.token_endpoint, {
            method: 'POST',
            body: new URLSearchParams({
                grant_type: 'authorization_code',
                code,
                code_verifier: this.#verifier,
                redirect_uri: this.redirectUri,
                client_id: this.clientId,
                resource: this.resource
            })
        });
        await response.body?.cancel();
        return response.status;
    }

    close() {
        this.#listener?.close();
    }
}
